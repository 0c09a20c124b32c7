import { DatabaseSync } from 'node:sqlite';

/** How tables lie in the file; one more with every change that an older file does not have. */
const layout = 2;

/** The file was written by a version that lays its tables out in another way. */
export class OtherLayout extends Error {
  override readonly name = 'OtherLayout';
}

/**
 * Opens the one file (or `:memory:`) that the embedded tables, queues and outboxes share. A process
 * crash loses nothing; a power cut may lose the last moments, but never half a transaction. Refuses a
 * file of another layout.
 */
export const openDatabase = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: 5000 });
  // Rows lie inside their key's B-tree; with 8 KB pages an item of up to 2 KB needs no overflow page.
  database.exec('PRAGMA page_size = 8192');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec('PRAGMA cache_size = -32768');
  database.exec('PRAGMA temp_store = MEMORY');
  requireLayout(database); // writes to a new file: after the size of its pages is said
  return database;
};

function requireLayout(database: DatabaseSync): void {
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get();
  const version = database.prepare('PRAGMA user_version').get();
  const isNew = tables?.['n'] === 0;
  if (isNew) database.exec(`PRAGMA user_version = ${layout}`);
  else if (version?.['user_version'] !== layout) {
    database.close();
    throw new OtherLayout('The data were written by another version of Perennial.');
  }
}

/**
 * A function that runs `work` all or nothing. `work` is synchronous, so nothing comes between. Inside
 * another adapter's transaction it becomes a part of that one.
 */
export const transactions = (database: DatabaseSync): (<T>(work: () => T) => T) => {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  let open = false;
  return (work) => {
    if (open || database.isTransaction) return work();
    begin.run();
    open = true;
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      if (database.isTransaction) rollback.run();
      throw error;
    } finally {
      open = false;
    }
  };
};

type Turn = { readonly committed: Promise<void> };
type Durably = <Result>(work: () => Result) => Promise<Result>;

const durablyIn = new WeakMap<DatabaseSync, Durably>();

/**
 * A function that runs `work` at once and resolves when it is on disk. Works of the same turn of the
 * event loop are committed together, as a busy database does: a commit costs as much as several writes.
 */
export const durably = (database: DatabaseSync): Durably => {
  const known = durablyIn.get(database);
  if (known !== undefined) return known;
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const save = database.prepare('SAVEPOINT work');
  const release = database.prepare('RELEASE work');
  const undo = database.prepare('ROLLBACK TO work');
  let turn: Turn | undefined;
  const newTurn = (): Turn => {
    begin.run();
    const committed = new Promise<void>((resolve, reject) => {
      // After all that this turn has still to do.
      process.nextTick(() => {
        turn = undefined;
        // Closed meanwhile: what was not committed is gone, and nobody was told otherwise.
        if (!database.isOpen) return reject(new Error('The database was closed.'));
        try {
          commit.run();
          resolve();
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK');
          reject(error);
        }
      });
    });
    committed.catch(() => {}); // told to everybody who waits for it
    return { committed };
  };
  const allOrNothing = <Result>(work: () => Result): Result => {
    save.run();
    try {
      return work();
    } catch (error) {
      undo.run();
      throw error;
    } finally {
      release.run();
    }
  };
  const made: Durably = async (work) => {
    // Inside somebody else's transaction it becomes a part of that one.
    if (turn === undefined && database.isTransaction) return work();
    turn ??= newTurn();
    const { committed } = turn;
    const result = allOrNothing(work);
    await committed;
    return result;
  };
  durablyIn.set(database, made);
  return made;
};
