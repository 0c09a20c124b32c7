import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const commands = {
  'npm run bench': 'test/bench/bench.ts',
  'npm run demo': 'infra/commands/demo.ts',
  'npm run load': 'infra/commands/load.ts',
  'npm run test:aws': 'infra/commands/test-aws.ts',
  'npm run test:long': 'infra/commands/test-long.ts',
};

const called = (file: string, option: string) =>
  spawnSync(process.execPath, [file, option], { encoding: 'utf8', timeout: 30_000 });

describe.each(Object.entries(commands))('%s', (command, file) => {
  it('explains itself instead of running when it is asked for help', () => {
    const { status, stdout } = called(file, '--help');
    expect(status).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(new RegExp(`^${command}( -- \\[options\\])?$`));
    expect(stdout).toMatch(/option/);
  });

  it('refuses what it does not know, says why, and runs nothing', () => {
    const { status, stdout, stderr } = called(file, '--speed');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^Unknown option '--speed'.*\\n\\n${command}`));
  });
});
