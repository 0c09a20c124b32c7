import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from '../../infra/local/directory-lock.ts';
import { embeddedPorts } from '../../infra/local/embedded-ports.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'perennial-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

const lockFile = (): string => join(directory, 'lock');

/** A process that runs for as long as the test wants. */
async function anotherProcess() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  return {
    pid: child.pid,
    end: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

// About the folder of the local world itself, which hostility does not touch.
describe('the directory of a local world', () => {
  it('is not opened while another process has it, whose id is told', async () => {
    const other = await anotherProcess();
    writeFileSync(lockFile(), String(other.pid));
    await expect(aWorld({ directory })).rejects.toThrow(DirectoryInUse);
    await expect(aWorld({ directory })).rejects.toThrow(`in use by process ${other.pid}`);
    expect(readFileSync(lockFile(), 'utf8')).toBe(String(other.pid));
    await other.end();
    await using world = await aWorld({ directory });
    expect(readFileSync(lockFile(), 'utf8')).toBe(String(process.pid));
    expect(world.now()).not.toBe('');
  });

  it.each(['', 'nonsense', '-1', '0'])('is opened when its lock says %j', (text) => {
    writeFileSync(lockFile(), text);
    lockDirectory(directory)();
    expect(existsSync(lockFile())).toBe(false);
  });

  it('is free again when the world is closed, or could not be opened', async () => {
    await (await aWorld({ directory })).close();
    expect(existsSync(lockFile())).toBe(false);
    await expect(aWorld({ directory, clock: 'never' })).rejects.toThrow('no instant');
    expect(existsSync(lockFile())).toBe(false);
  });

  it('gives what a killed process was working on to the next one at once', async () => {
    const clock = new VirtualClock(Date.parse(startOfWorld));
    await using other = await aWorld();
    const { settings } = other;
    const nothing = { hostility: undefined, meter: undefined, answer: undefined };
    const killed = embeddedPorts({ clock, directory, settings, ...nothing });
    await killed.queue.send('inputs', [{ body: 'held' }, { body: 'delayed', delaySeconds: 600 }]);
    expect(killed.queue.receive('inputs', 1)).toHaveLength(1);
    expect(killed.queue.counts().inputs).toMatchObject({ ready: 0, inFlight: 1, delayed: 1 });
    killed.database.close();

    await using next = await aWorld({ directory });
    await next.settle();
    // Nobody can read it, so it ends as a dead letter: it was handed out though the clock stood still.
    expect(next.deadLetters().map(({ body }) => body)).toEqual(['"held"']);
    expect(next.embedded.queue.counts().inputs).toMatchObject({ inFlight: 0, delayed: 1 });
  });
});
