import type { DatabaseSync } from 'node:sqlite';

const tables = `
  CREATE TABLE IF NOT EXISTS queue_messages (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS queue_messages_visible ON queue_messages (queue, visible_at, id);
  CREATE TABLE IF NOT EXISTS queue_dead_letters (
    id INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    receives INTEGER NOT NULL,
    dead_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
`;

export type QueueStatements = ReturnType<typeof prepareQueueStatements>;

/** Makes the queue's tables and prepares each statement once: preparing costs more than running. */
export const prepareQueueStatements = (database: DatabaseSync) => {
  database.exec(tables);
  const held = 'id = ? AND receives = ? AND message_id = ?';
  return {
    insert: database.prepare(
      'INSERT INTO queue_messages (queue, message_id, body, sent_at, visible_at) VALUES (?, ?, ?, ?, ?)',
    ),
    // A bare `LIMIT ?` would be planned anew at each look.
    visible: database.prepare(
      `SELECT id, message_id, body, receives, sent_at, first_received_at FROM queue_messages
       WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, id LIMIT ? + 0`,
    ),
    take: database.prepare(
      `UPDATE queue_messages SET visible_at = ?, receives = receives + 1,
         first_received_at = coalesce(first_received_at, ?) WHERE id = ?`,
    ),
    remove: database.prepare(`DELETE FROM queue_messages WHERE ${held}`),
    returnHeld: database.prepare(
      'UPDATE queue_messages SET visible_at = ?1 WHERE receives > 0 AND visible_at > ?1',
    ),
    release: database.prepare(`UPDATE queue_messages SET visible_at = ? WHERE ${held}`),
    bury: database.prepare(
      `INSERT INTO queue_dead_letters (queue, message_id, sent_at, receives, dead_at, body)
       SELECT queue, message_id, sent_at, receives, ?, body FROM queue_messages WHERE id = ?`,
    ),
    removeRow: database.prepare('DELETE FROM queue_messages WHERE id = ?'),
    deadLetters: database.prepare('SELECT * FROM queue_dead_letters WHERE queue = ? ORDER BY id'),
    clearDeadLetters: database.prepare('DELETE FROM queue_dead_letters WHERE queue = ?'),
    counts: database.prepare(
      `SELECT queue,
         sum(visible_at <= :now) AS ready,
         sum(visible_at > :now AND receives = 0) AS delayed,
         sum(visible_at > :now AND receives > 0) AS in_flight
       FROM queue_messages GROUP BY queue`,
    ),
    oldest: database.prepare(
      `SELECT queue, min(sent_at) AS sent_at FROM queue_messages
       WHERE visible_at <= :now OR receives > 0 GROUP BY queue`,
    ),
    deadCounts: database.prepare(
      'SELECT queue, count(*) AS dead FROM queue_dead_letters GROUP BY queue',
    ),
    nextVisible: database.prepare(
      'SELECT min(visible_at) AS at FROM queue_messages WHERE queue = ? AND visible_at > ?',
    ),
  };
};
