import type { DatabaseSync } from 'node:sqlite';
import type { Change } from '../../shared/adapters/embedded/change-feed.ts';

/** A batch of the stream that was given up: on AWS it would lie in a bucket and raise an alarm. */
export type FailedBatch = {
  readonly at: string;
  readonly error: string;
  /** Keys of the items in it; `republish` rebuilds their events from the table. */
  readonly keys: readonly Change['keys'][];
};

/** The batches of the stream that were given up, kept with the data. */
export class FailedBatches {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(
      `CREATE TABLE IF NOT EXISTS failed_batches (
         id INTEGER PRIMARY KEY, at TEXT NOT NULL, error TEXT NOT NULL, keys TEXT NOT NULL
       ) STRICT`,
    );
  }

  add(batch: FailedBatch): void {
    this.#database
      .prepare('INSERT INTO failed_batches (at, error, keys) VALUES (?, ?, ?)')
      .run(batch.at, batch.error, JSON.stringify(batch.keys));
  }

  list(): readonly FailedBatch[] {
    const rows = this.#database
      .prepare('SELECT at, error, keys FROM failed_batches ORDER BY id')
      .all();
    return rows.map(({ at, error, keys }) => ({
      at: String(at),
      error: String(error),
      keys: JSON.parse(String(keys)),
    }));
  }
}
