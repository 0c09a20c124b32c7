import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../architecture/source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'perennial-ci-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, lines: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 });
}

describe('.ci/run', () => {
  const called = join(folder, 'called');
  beforeAll(() =>
    write(join(folder, 'bin/npm'), [
      '#!/bin/sh',
      `echo "\${CI:+CI=$CI }npm $*" >> '${called}'`,
      '[ "$*" != "$BROKEN" ]',
    ]),
  );

  /** What it has called, where one of its commands fails. */
  function run(broken: string) {
    const { CI: _, ...env } = process.env;
    const { status } = spawnSync(join(root, '.ci/run'), {
      env: { ...env, PATH: `${join(folder, 'bin')}:${env['PATH']}`, BROKEN: broken },
    });
    const calls = readFileSync(called, 'utf8').trim().split('\n');
    rmSync(called);
    return { status, calls };
  }

  const all = ['npm ci', 'npm test', 'CI=true npm run test:aws', 'npm run check', 'npm run synth'];

  it('is the README’s test command, then AWS’s protocols, of which nothing may be skipped', () => {
    expect(run('')).toEqual({ status: 0, calls: all });
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/^npm ci && npm test$/m);
  });

  it.each(all.map((call, place) => [call, place + 1] as const))(
    'fails where %s fails, and goes no further',
    (call, calls) => {
      expect(run(call.replace(/^.*npm /, ''))).toEqual({
        status: 1,
        calls: all.slice(0, calls),
      });
    },
  );
});

describe('npm run test:aws', () => {
  /** Run in a folder of its own, on a machine with these programs alone. */
  function testAws(cwd: string) {
    const command = join(root, 'infra/commands/test-aws.ts');
    return spawnSync(process.execPath, [command], {
      cwd,
      encoding: 'utf8',
      timeout: 30_000,
      env: { PATH: join(cwd, 'bin'), CI: 'true' },
    });
  }
  function aCheckout(name: string): string {
    const cwd = join(folder, name);
    for (const path of ['requirements.txt', 'servers']) {
      const contract = join('test/contract', path);
      cpSync(join(root, contract), join(cwd, contract), { recursive: true });
    }
    return cwd;
  }

  it('fails where there is no Python, and says what is needed', () => {
    const { status, stderr } = testAws(aCheckout('no-python'));
    expect(status).toBe(1);
    expect(stderr).toContain('Needed: python3, 3.11 or later, with venv and pip');
  });

  it('fails where moto does not start, and says why', () => {
    const cwd = aCheckout('no-moto');
    const moto = join(cwd, '.perennial/moto');
    write(join(moto, 'bin/python'), [
      '#!/bin/sh',
      '[ "$1" = -c ] && exit 0',
      'echo "No moto today." >&2',
      'exit 3',
    ]);
    const requirements = readFileSync(join(cwd, 'test/contract/requirements.txt'));
    const madeOf = createHash('sha256').update(requirements).digest('hex');
    writeFileSync(join(moto, 'made-of'), madeOf);
    const { status, stderr } = testAws(cwd);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^moto did not start at http:\/\/127\.0\.0\.1:\d+: No moto today\.$/m);
  });
});
