import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import type { Item, Key, TableName } from '../../ports/table.ts';
import { decodeItem, type Encoded } from './item-codec.ts';

/** One change of one item, as a DynamoDB stream with new and old images tells it. */
export type Change = {
  /** Grows with every change; a consumer's position is the last one it has done with. */
  readonly sequence: number;
  /** Milliseconds since 1970 at which the change was written. */
  readonly at: number;
  readonly table: TableName;
  readonly kind: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly keys: Key;
  readonly newImage: Item | undefined;
  readonly oldImage: Item | undefined;
};

const retentionMs = 24 * 3600 * 1000;
const trimEvery = 4096;
const fedTables: ReadonlySet<TableName> = new Set<TableName>(['timeline']);

type FeedRow = {
  sequence: number;
  at: number;
  tbl: TableName;
  newData: string | null;
  newBytes: Uint8Array | null;
  newNames: string | null;
  oldData: string | null;
  oldBytes: Uint8Array | null;
  oldNames: string | null;
};

/** The streams of the embedded tables: durable, in order, kept for 24 hours as DynamoDB keeps them. */
export class ChangeFeed {
  readonly #clock: Clock;
  readonly #append: StatementSync;
  readonly #read: StatementSync;
  readonly #trim: StatementSync;
  readonly #position: StatementSync;
  readonly #savePosition: StatementSync;
  #appended = 0;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#clock = clock;
    database.exec(`
      CREATE TABLE IF NOT EXISTS feed (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, tbl TEXT NOT NULL,
        new_data TEXT, new_bytes BLOB, new_names TEXT,
        old_data TEXT, old_bytes BLOB, old_names TEXT
      ) STRICT;
      CREATE TABLE IF NOT EXISTS feed_positions (
        consumer TEXT PRIMARY KEY, sequence INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;`);
    this.#append = database.prepare(
      `INSERT INTO feed (at, tbl, new_data, new_bytes, new_names, old_data, old_bytes, old_names)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#read = database.prepare(
      `SELECT sequence, at, tbl, new_data AS newData, new_bytes AS newBytes, new_names AS newNames,
         old_data AS oldData, old_bytes AS oldBytes, old_names AS oldNames
       FROM feed WHERE sequence > ? AND tbl = ? ORDER BY sequence LIMIT ? + 0`,
    );
    this.#trim = database.prepare(
      `DELETE FROM feed WHERE sequence < ifnull(
         (SELECT sequence FROM feed WHERE at >= ? ORDER BY sequence LIMIT 1), 1e18)`,
    );
    this.#position = database.prepare('SELECT sequence FROM feed_positions WHERE consumer = ?');
    this.#savePosition = database.prepare('INSERT OR REPLACE INTO feed_positions VALUES (?, ?)');
  }

  /** Whether changes of a table are told at all. */
  tells(table: TableName): boolean {
    return fedTables.has(table);
  }

  /** Runs inside the transaction that makes the change. */
  append(table: TableName, before: Encoded | undefined, after: Encoded | undefined): void {
    if (before === undefined && after === undefined) return;
    // A stream tells nothing of a write that changes nothing.
    if (before?.data === after?.data && sameBytes(before, after)) return;
    this.#append.run(
      this.#clock.now(),
      table,
      after?.data ?? null,
      after?.bytes ?? null,
      after?.byteNames ?? null,
      before?.data ?? null,
      before?.bytes ?? null,
      before?.byteNames ?? null,
    );
    this.#appended += 1;
    if (this.#appended % trimEvery === 0) this.trim();
  }

  /** Changes behind `after` (0: from the oldest kept), oldest first. */
  read(request: { table: TableName; after: number; limit: number }): readonly Change[] {
    // Exactly the columns selected; the tables are STRICT.
    const rows = this.#read.all(
      request.after,
      request.table,
      request.limit,
    ) as unknown as FeedRow[];
    return rows.map(asChange);
  }

  /** Forgets changes older than 24 hours. */
  trim(): void {
    this.#trim.run(this.#clock.now() - retentionMs);
  }

  /** The last sequence that `consumer` has saved; 0 before its first. */
  position(consumer: string): number {
    const row = this.#position.get(consumer);
    return typeof row?.sequence === 'number' ? row.sequence : 0;
  }

  savePosition(consumer: string, sequence: number): void {
    this.#savePosition.run(consumer, sequence);
  }
}

const sameBytes = (a: Encoded | undefined, b: Encoded | undefined): boolean =>
  Buffer.compare(a?.bytes ?? new Uint8Array(), b?.bytes ?? new Uint8Array()) === 0;

const image = (data: string | null, bytes: Uint8Array | null, byteNames: string | null) =>
  data === null ? undefined : decodeItem({ data, bytes, byteNames });

const asChange = (row: FeedRow): Change => {
  const newImage = image(row.newData, row.newBytes, row.newNames);
  const oldImage = image(row.oldData, row.oldBytes, row.oldNames);
  const { pk, sk } = newImage ?? oldImage ?? { pk: '' };
  const kind = newImage === undefined ? 'REMOVE' : oldImage === undefined ? 'INSERT' : 'MODIFY';
  return {
    sequence: row.sequence,
    at: row.at,
    table: row.tbl,
    kind,
    keys: sk === undefined ? { pk } : { pk, sk },
    newImage,
    oldImage,
  };
};
