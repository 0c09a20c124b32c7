import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Ports } from '../../shared/ports/ports.ts';

/** How far the database had come when it was last seen: how often it was opened and closed, and what it had sent. */
type Mark = { readonly epoch: string; readonly turns: number; readonly sent: number };

/** The life of a database file, as functions know it. */
export type Life = {
  readonly epoch: string;
  /** To be called after every call of a provider. */
  readonly noteSent: () => void;
  /** To be called before the database is closed. */
  readonly end: () => void;
};

const table = `
  CREATE TABLE IF NOT EXISTS life (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch TEXT NOT NULL,
    turns INTEGER NOT NULL
  ) STRICT;
`;

/**
 * Finds out whether the database file was put back from a copy. The file and a mark beside it, `life`,
 * both say how often the database was opened and closed; the mark also says how many messages had been
 * sent. A database that is behind its mark, or has lost it, has forgotten something: its life is another
 * one from now on. One that is ahead was only cut off before the mark was written.
 */
export function beginLife(directory: string | undefined, database: DatabaseSync): Life {
  if (directory === undefined) return { epoch: 'memory', noteSent: () => {}, end: () => {} };
  database.exec(table);
  const path = join(directory, 'life');
  const known = readDatabase(database);
  const seen = readMark(path);
  const epoch = known === undefined || isRestored(known, seen) ? randomUUID() : known.epoch;
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  let turns = Math.max(known?.turns ?? 0, seen?.turns ?? 0);
  const turn = (): void => {
    turns += 1;
    database.prepare('INSERT OR REPLACE INTO life VALUES (1, ?, ?)').run(epoch, turns);
    writeMark(file, { epoch, turns, sent: sentBy(database) });
  };
  turn();
  let isNoting = false;
  let isOver = false;
  return {
    epoch,
    noteSent: () => {
      if (isNoting) return;
      isNoting = true;
      // Not before what was sent is on disk.
      setImmediate(() => {
        isNoting = false;
        if (!isOver) writeMark(file, { epoch, turns, sent: sentBy(database) });
      });
    },
    end: () => {
      turn();
      isOver = true;
      closeSync(file);
    },
  };
}

const isRestored = (known: Mark, seen: Mark | undefined): boolean =>
  seen === undefined ||
  seen.epoch !== known.epoch ||
  seen.turns > known.turns ||
  seen.sent > known.sent;

function readDatabase(database: DatabaseSync): Mark | undefined {
  const row = database.prepare('SELECT epoch, turns FROM life').get();
  if (row === undefined) return undefined;
  return { epoch: String(row['epoch']), turns: Number(row['turns']), sent: sentBy(database) };
}

const sentBy = (database: DatabaseSync): number =>
  Number(database.prepare('SELECT max(number) AS sent FROM outbox').get()?.['sent'] ?? 0);

function readMark(path: string): Mark | undefined {
  if (!existsSync(path)) return undefined;
  const [epoch, turns, sent] = readFileSync(path, 'utf8').trim().split(' ');
  return epoch === undefined ? undefined : { epoch, turns: Number(turns), sent: Number(sent) };
}

/** A kill leaves the mark before or the mark after: it is one write of always the same length. */
function writeMark(file: number, { epoch, turns, sent }: Mark): void {
  writeSync(file, `${epoch} ${turns} ${sent}`.padEnd(120), 0);
}

/** The same ports, with every call of a provider noted. */
export function notingSends(ports: Ports, { noteSent }: Life): Ports {
  const noting =
    <Contents, Answers>(send: (contents: Contents) => Promise<Answers>) =>
    async (contents: Contents): Promise<Answers> => {
      try {
        return await send(contents);
      } finally {
        noteSent();
      }
    };
  const { email, text, push, webhook } = ports;
  return {
    ...ports,
    email: { ...email, send: noting((emails) => email.send(emails)) },
    text: { ...text, send: noting((one) => text.send(one)) },
    push: { ...push, send: noting((one) => push.send(one)) },
    webhook: { ...webhook, send: noting((one) => webhook.send(one)) },
  };
}
