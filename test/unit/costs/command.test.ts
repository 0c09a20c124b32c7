import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../../../infra/commands/costs.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perennial-costs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the command says, and how it ends. */
function costs(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
  });
  return { stdout, stderr, status };
}

type Answer = { readonly bills: readonly { readonly total: number }[] };

const pricesFile = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('npm run costs', () => {
  it('prints an idle month and three sizes, by service and by what it is for', () => {
    const { stdout, status } = costs();
    expect(status).toBe(0);
    for (const words of [
      'idle',
      '1K / 10K',
      '1M / 10M',
      'DynamoDB: requests',
      'deliveries, opens',
    ]) {
      expect(stdout).toContain(words);
    }
  });

  it('answers machines with the bills alone, for the numbers and prices given', () => {
    const prices = pricesFile('dear.json', '{ "email": 1000 }');
    const { stdout } = costs('--json', '--messages', '2000', '--prices', prices);
    const { bills } = JSON.parse(stdout) as Answer; // as the command prints it
    expect(bills).toHaveLength(2);
    expect(bills[1]?.total).toBeGreaterThan(2_000);
    expect(bills[0]?.total).toBeLessThan(100);
  });

  it.each([
    [['--profile', '5'], '--profile'],
    [['--profiles', 'many'], '--profiles "many" is no number'],
    [['--profiles', '50.000'], '--profiles "50.000" is no whole number'],
    [['--open-rate', '2'], '--open-rate'],
    [['--prices', '/nowhere.json'], '--prices /nowhere.json cannot be used'],
    [['--prices', pricesFile('tea.json', '{ "tea": 3 }')], 'tea'],
  ])('refuses %j and says what is wrong', (args, words) => {
    const { stderr, status } = costs(...args);
    expect(stderr).toContain(words);
    expect(stderr).toContain('--help');
    expect(status).toBe(1);
  });

  it('tells its options and every assumption with --help', () => {
    const { stdout, status } = costs('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--events-per-profile NUMBER');
  });
});
