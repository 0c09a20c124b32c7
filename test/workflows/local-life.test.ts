import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { beginLife } from '../../infra/local/life.ts';
import { systemClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { Outbox } from '../../shared/adapters/embedded/senders.ts';
import { aDirectory, putBack } from '../support/restored.ts';

/** A database in the directory, as a world opens it. */
function opened(directory: string) {
  const database = openDatabase(join(directory, 'perennial.sqlite'));
  const outbox = new Outbox({ database, clock: systemClock() });
  return { database, outbox, life: beginLife(directory, database) };
}

const copyTo = (directory: string, { database }: ReturnType<typeof opened>): void =>
  database.exec(`VACUUM INTO '${join(directory, 'backup.sqlite')}'`);

async function send({ outbox, life }: ReturnType<typeof opened>): Promise<void> {
  outbox.addText({ id: 'message', to: '+37120000000', text: 'Hello' });
  life.noteSent();
  await nextTurn();
}

describe('the life of a database on disk', () => {
  it('goes on when it is closed and opened again', () => {
    using directory = aDirectory();
    const first = opened(directory.path);
    first.life.end();
    first.database.close();
    const second = opened(directory.path);
    expect(second.life.epoch).toBe(first.life.epoch);
    second.database.close();
  });

  it('goes on after its process was killed', async () => {
    using directory = aDirectory();
    const first = opened(directory.path);
    await send(first);
    first.database.close();
    const second = opened(directory.path);
    expect(second.life.epoch).toBe(first.life.epoch);
    second.database.close();
  });

  it('is another one when a copy is put back, though nothing was sent since', () => {
    using directory = aDirectory();
    const first = opened(directory.path);
    copyTo(directory.path, first);
    first.life.end();
    first.database.close();
    putBack(directory.path);
    const second = opened(directory.path);
    expect(second.life.epoch).not.toBe(first.life.epoch);
    second.database.close();
  });

  it('is another one when a copy is put back after its process was killed', async () => {
    using directory = aDirectory();
    const first = opened(directory.path);
    copyTo(directory.path, first);
    await send(first);
    first.database.close();
    putBack(directory.path);
    const second = opened(directory.path);
    expect(second.life.epoch).not.toBe(first.life.epoch);
    second.database.close();
  });

  it('is another one in a directory that does not know it', () => {
    using directory = aDirectory();
    using other = aDirectory();
    const first = opened(directory.path);
    copyTo(other.path, first);
    first.database.close();
    putBack(other.path);
    const second = opened(other.path);
    expect(second.life.epoch).not.toBe(first.life.epoch);
    second.database.close();
  });
});
