import { DatabaseSync } from 'node:sqlite';

/**
 * Opens the one file (or `:memory:`) that the embedded tables, queues and outboxes share. A process
 * crash loses nothing; a power cut may lose the last moments, but never half a transaction.
 */
export const openDatabase = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: 5000 });
  // Rows lie inside their key's B-tree; with 8 KB pages an item of up to 2 KB needs no overflow page.
  database.exec('PRAGMA page_size = 8192');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec('PRAGMA cache_size = -32768');
  database.exec('PRAGMA temp_store = MEMORY');
  return database;
};

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
