import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

it('a load of leads on a world on disk loses none and records none twice, and the command says so', async () => {
  const options = ['--rate', '80', '--burst', '80', '--minutes', '0.05', '--seed', '5'];
  const command = spawn(process.execPath, ['infra/commands/load.ts', ...options]);
  const [stdout, stderr, [status]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, 'close'),
  ]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/leads posted +240 in/);
  expect(stdout).toMatch(/lost +0\n/);
  expect(stdout).toMatch(/twice +0\n/);
  expect(stdout).toContain('Nothing lost, nothing twice, queues empty.');
  expect(status).toBe(0);
});
