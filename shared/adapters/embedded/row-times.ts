import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Item } from '../../ports/table.ts';
import { decodeItem, type Encoded } from './item-codec.ts';

/** The columns by which rows are due and expire. */
export function timedValues({ dueSlot, dueAt, expiresAt }: Item) {
  // The sparse index holds an item only when it has both of its keys.
  const isDue = typeof dueSlot === 'string' && typeof dueAt === 'string';
  return [
    isDue ? dueSlot : null,
    isDue ? dueAt : null,
    typeof expiresAt === 'number' ? expiresAt : null,
  ] as const;
}

/** The columns that hold the item itself. */
export const encodedValues = ({ byteNames, data, bytes }: Encoded) =>
  [byteNames, data, bytes] as const;

/** What is due and what has expired in a table, whatever its rows are ordered by. */
export class RowTimes {
  readonly #firstDue: StatementSync;
  readonly #expired: StatementSync;

  constructor(database: DatabaseSync, name: string) {
    this.#firstDue = database.prepare(
      `SELECT due_slot AS slot, due_at AS dueAt FROM ${name}
       WHERE due_slot > ? ORDER BY due_slot, due_at LIMIT 1`,
    );
    this.#expired = database.prepare(
      `SELECT data, bytes, byte_names AS byteNames FROM ${name}
       WHERE expires_at < ? ORDER BY expires_at LIMIT ? + 0`,
    );
  }

  /** The earliest due instant of any slot: one step over the index for each slot. */
  firstDueAt(): string | undefined {
    let earliest: string | undefined;
    let slot = '';
    for (;;) {
      // Both columns are text in the index.
      const row = this.#firstDue.get(slot) as { slot: string; dueAt: string } | undefined;
      if (row === undefined) return earliest;
      if (earliest === undefined || row.dueAt < earliest) earliest = row.dueAt;
      slot = row.slot;
    }
  }

  /** Items that expired before `nowSeconds`, earliest first. */
  expired(nowSeconds: number, limit: number): readonly Item[] {
    // What the columns and the STRICT table make of a row.
    return this.#expired.all(nowSeconds, limit).map((row) => decodeItem(row as unknown as Encoded));
  }
}
