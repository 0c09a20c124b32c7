import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { skippedTests } from '../../../infra/commands/skipped-tests.ts';

it('every test that was skipped is named, as when there is no server to test against', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skipped-'));
  try {
    const report = join(folder, 'report.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'];
    const reporter = ['--reporter=json', `--outputFile=${report}`];
    const suite = 'test/contract/secrets.test.ts';
    const { PERENNIAL_AWS_ENDPOINT: _, ...env } = process.env;
    spawnSync(process.execPath, [...vitest, ...reporter, suite], { env });
    const skipped = skippedTests(readFileSync(report, 'utf8'));
    expect(skipped).toContain('on AWS a secret is read once, whether it is text or bytes');
    expect(skipped.filter((name) => name.includes('embedded'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
