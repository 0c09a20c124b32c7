import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Item, Key, TableName } from '../../ports/table.ts';
import type { Encoded } from './item-codec.ts';
import { encodedValues, RowTimes, timedValues } from './row-times.ts';
import {
  type AttributeEquals,
  asPageRows,
  asRow,
  columns,
  type DuePosition,
  type DueRow,
  hashOf,
  keysAtOnce,
  type PageRow,
  pageColumns,
  type Rows,
} from './table-rows.ts';

/** Places of keys that are alike in both hashes: the first is its own, the others are probed. */
const probes = 16;
/** Places per value of `hashOf`; all together are exact numbers. */
const placesPerHash = 2 ** 28;

/** Where a key belongs: in the order of `hashOf`, and spread within it by another hash of 24 bits. */
export const placeOf = (pk: string): number => {
  let hash = 0x9747b28c;
  for (let index = 0; index < pk.length; index += 1) {
    hash = Math.imul(hash ^ pk.charCodeAt(index), 0x5bd1e995);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hashOf(pk) * placesPerHash + ((hash ^ (hash >>> 13)) >>> 8) * probes;
};

/**
 * A table without sort keys in SQL. Its rows lie in one B-tree by a whole number worked out of their
 * key, in the order of `TableRows`: that tree has three levels for a million people where keys that
 * hold whole rows make six, so finding one costs a page instead of three.
 */
export class PlacedRows implements Rows {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #getMany = new Map<number, StatementSync>();
  readonly #times: RowTimes;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #replace: StatementSync;
  readonly #delete: StatementSync;
  readonly #get: StatementSync;
  readonly #getOne: StatementSync;
  readonly #scan: StatementSync;
  readonly #due: StatementSync;

  constructor(database: DatabaseSync, table: TableName) {
    const name = `table_${table}`;
    this.#database = database;
    this.#name = name;
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${name} (
        place INTEGER PRIMARY KEY, pk TEXT NOT NULL,
        due_slot TEXT, due_at TEXT, expires_at REAL,
        byte_names TEXT, data TEXT NOT NULL, bytes BLOB
      ) STRICT;
      CREATE INDEX IF NOT EXISTS ${name}_due ON ${name} (due_slot, due_at, pk)
        WHERE due_slot IS NOT NULL;
      CREATE INDEX IF NOT EXISTS ${name}_expiring ON ${name} (expires_at)
        WHERE expires_at IS NOT NULL;`);
    const here = 'place >= ? AND place < ? AND pk = ?';
    const rest = 'due_slot = ?, due_at = ?, expires_at = ?, byte_names = ?, data = ?, bytes = ?';
    this.#insert = database.prepare(
      `INSERT INTO ${name} (place, pk, due_slot, due_at, expires_at, byte_names, data, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#update = database.prepare(`UPDATE ${name} SET ${rest} WHERE ${here}`);
    this.#replace = database.prepare(`UPDATE ${name} SET ${rest} WHERE ${here} AND data -> ? = ?`);
    this.#delete = database.prepare(`DELETE FROM ${name} WHERE ${here}`);
    this.#get = database.prepare(`SELECT ${columns} FROM ${name} WHERE ${here}`);
    this.#getOne = database.prepare(`SELECT ${pageColumns}, pk FROM ${name} WHERE ${here}`);
    this.#getOne.setReturnArrays(true);
    this.#scan = database.prepare(
      `SELECT ${pageColumns} FROM ${name}
       WHERE place > ifnull((SELECT place FROM ${name} WHERE ${here}), ?) AND place < ?
       ORDER BY place LIMIT ? + 0`,
    );
    this.#scan.setReturnArrays(true);
    this.#due = database.prepare(
      `SELECT pk, '', due_at FROM ${name}
       WHERE due_slot = ? AND due_at <= ? AND (due_at, pk) > (?, ?)
       ORDER BY due_at, pk LIMIT ? + 0`,
    );
    this.#due.setReturnArrays(true);
    this.#times = new RowTimes(database, name);
  }

  get(pk: string): Encoded | undefined {
    const row = this.#get.get(...placed(pk));
    return row === undefined ? undefined : asRow(row);
  }

  /** The rows that exist among at most 100 keys. */
  getMany(keys: readonly Key[]): readonly PageRow[] {
    const count = keysAtOnce.find((size) => size >= keys.length);
    if (count === undefined) throw new RangeError(`${keys.length} keys are too many at once.`);
    const places = keys.map(({ pk }) => placeOf(pk));
    while (places.length > 0 && places.length < count) places.push(...places.slice(-1));
    const open = new Set(keys.map(({ pk }) => pk));
    const statement = this.#getMany.get(count) ?? this.#prepareGetMany(count);
    const found = places.length === 0 ? [] : asPlacedRows(statement.all(...places));
    // Somebody else may lie at a key's own place.
    const rows: PlacedRow[] = found.filter((row) => open.delete(row[4]));
    for (const pk of open) rows.push(...asPlacedRows(this.#getOne.all(...placed(pk))));
    return asPageRows(rows);
  }

  #prepareGetMany(count: number): StatementSync {
    const places = Array.from({ length: count }, () => '?').join(', ');
    const statement = this.#database.prepare(
      `SELECT ${pageColumns}, pk FROM ${this.#name} WHERE place IN (${places})`,
    );
    statement.setReturnArrays(true);
    this.#getMany.set(count, statement);
    return statement;
  }

  put(item: Item, encoded: Encoded): void {
    const { changes } = this.#update.run(...valuesOf(item, encoded), ...placed(item.pk));
    if (changes === 0) this.#place(item, encoded);
  }

  /** False, and nothing written, when the item exists. */
  insert(item: Item, encoded: Encoded): boolean {
    if (this.#get.get(...placed(item.pk)) !== undefined) return false;
    this.#place(item, encoded);
    return true;
  }

  /** Writes a row that does not exist to the first free place. */
  #place(item: Item, encoded: Encoded): void {
    const { pk } = item;
    const own = placeOf(pk);
    const values = valuesOf(item, encoded);
    for (let place = own; place < own + probes; place += 1) {
      if (this.#insert.run(place, pk, ...values).changes === 1) return;
    }
    throw new Error(`There is no place left for the key ${pk}.`);
  }

  /** False, and nothing written, unless the item exists and its named attribute equals a value. */
  replace(item: Item, encoded: Encoded, when: AttributeEquals): boolean {
    const path = `$."${when.attribute}"`;
    // Both sides were written by the same hand, so equal values are equal texts.
    const equals = JSON.stringify(when.equals);
    const values = valuesOf(item, encoded);
    return this.#replace.run(...values, ...placed(item.pk), path, equals).changes === 1;
  }

  delete(pk: string): void {
    this.#delete.run(...placed(pk));
  }

  range(): never {
    throw new Error(`${this.#name} has no sort keys.`);
  }

  /** Rows whose hash lies from `from` up to, not including, `to`, behind the item with key `after`. */
  scan(from: number, to: number, page: { after: Key | undefined; count: number }) {
    const { after, count } = page;
    const before = (after === undefined ? from * placesPerHash : placeOf(after.pk)) - 1;
    // Whoever is gone since left their place: what lay behind it may be shown again, never left out.
    const start = after === undefined ? [0, 0, ''] : placed(after.pk);
    return asPageRows(this.#scan.all(...start, before, to * placesPerHash, count));
  }

  due(slot: string, until: string, page: { after: DuePosition | undefined; limit: number }) {
    const { after, limit } = page;
    const start: SQLInputValue[] = after === undefined ? ['', ''] : [after.dueAt, after.pk];
    // Exactly the columns selected, all of them NOT NULL in the index.
    return this.#due.all(slot, until, ...start, limit) as unknown as readonly DueRow[];
  }

  firstDueAt(): string | undefined {
    return this.#times.firstDueAt();
  }

  expired(nowSeconds: number, limit: number): readonly Item[] {
    return this.#times.expired(nowSeconds, limit);
  }
}

type PlacedRow = readonly [...PageRow, pk: string];

// What `getMany` selects, as arrays.
const asPlacedRows = (rows: unknown): readonly PlacedRow[] => rows as readonly PlacedRow[];

/** The places at which a key may lie, and the key. */
function placed(pk: string): readonly [from: number, to: number, pk: string] {
  const place = placeOf(pk);
  return [place, place + probes, pk];
}

const valuesOf = (item: Item, encoded: Encoded) =>
  [...timedValues(item), ...encodedValues(encoded)] as const;
