import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Condition, Item, Key, TableName } from '../../ports/table.ts';
import type { Encoded } from './item-codec.ts';
import { encodedValues, RowTimes, timedValues } from './row-times.ts';

/** The columns of a row on a page; the last is the bytes of its JSON and its binary attributes. */
export type PageRow = readonly [
  data: string,
  bytes: Uint8Array | null,
  byteNames: string | null,
  size: number,
];

export type AttributeEquals = Extract<Condition, { readonly attribute: string }>;

export type Bound = { readonly key: string; readonly inclusive: boolean };

export type DueRow = readonly [pk: string, sk: string, dueAt: string];

export type DuePosition = { readonly dueAt: string; readonly pk: string; readonly sk: string };

/** Values of the hash: enough for DynamoDB's million parallel scan segments, in three bytes. */
export const hashEnd = 2 ** 24;

/** FNV-1a with murmur's finaliser, so that keys that differ in their last characters spread too. */
export const hashOf = (pk: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < pk.length; index += 1) {
    hash = Math.imul(hash ^ pk.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 8;
};

// `LIMIT ? + 0` below: SQLite plans a statement anew each time a bare `LIMIT ?` is bound, which costs
// more than a short page.
export const columns = 'data, bytes, byte_names AS byteNames';
export const pageColumns = `${columns}, octet_length(data) + ifnull(length(bytes), 0)`;

// What `columns` and the STRICT table make of a row.
export const asRow = (row: unknown): Encoded => row as Encoded;

/** Keys of one statement that reads many; fewer are filled up with the last of them, which `IN` takes once. */
export const keysAtOnce = [4, 16, 100];

// What `pageColumns` and the STRICT table make of rows, which come as arrays: half the time of objects.
export const asPageRows = (rows: unknown): readonly PageRow[] => rows as readonly PageRow[];

/** The rows of one table, as the embedded tables work with them. */
export type Rows = Pick<
  TableRows,
  | 'get'
  | 'getMany'
  | 'put'
  | 'insert'
  | 'replace'
  | 'delete'
  | 'range'
  | 'scan'
  | 'due'
  | 'firstDueAt'
  | 'expired'
>;

/**
 * One table in SQL. Rows are clustered by the hash of their partition key, as DynamoDB's are, so a
 * scan segment is one contiguous range that stays in order while others write.
 */
export class TableRows {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #ranges = new Map<string, StatementSync>();
  readonly #getMany = new Map<number, StatementSync>();
  readonly #put: StatementSync;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  readonly #delete: StatementSync;
  readonly #get: StatementSync;
  readonly #scan: StatementSync;
  readonly #due: StatementSync;
  readonly #times: RowTimes;

  constructor(database: DatabaseSync, table: TableName) {
    const name = `table_${table}`;
    this.#database = database;
    this.#name = name;
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${name} (
        hash INTEGER NOT NULL, pk TEXT NOT NULL, sk TEXT NOT NULL,
        due_slot TEXT, due_at TEXT, expires_at REAL,
        byte_names TEXT, data TEXT NOT NULL, bytes BLOB,
        PRIMARY KEY (hash, pk, sk)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS ${name}_due ON ${name} (due_slot, due_at, hash, pk, sk)
        WHERE due_slot IS NOT NULL;
      CREATE INDEX IF NOT EXISTS ${name}_expiring ON ${name} (expires_at)
        WHERE expires_at IS NOT NULL;`);
    const places = `INTO ${name} (hash, pk, sk, due_slot, due_at, expires_at, byte_names, data, bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    this.#put = database.prepare(`INSERT OR REPLACE ${places}`);
    this.#insert = database.prepare(`INSERT ${places} ON CONFLICT DO NOTHING`);
    this.#replace = database.prepare(
      `UPDATE ${name} SET due_slot = ?, due_at = ?, expires_at = ?, byte_names = ?, data = ?, bytes = ?
       WHERE hash = ? AND pk = ? AND sk = ? AND data -> ? = ?`,
    );
    this.#delete = database.prepare(`DELETE FROM ${name} WHERE hash = ? AND pk = ? AND sk = ?`);
    this.#get = database.prepare(
      `SELECT ${columns} FROM ${name} WHERE hash = ? AND pk = ? AND sk = ?`,
    );
    this.#scan = database.prepare(
      `SELECT ${pageColumns} FROM ${name} WHERE (hash, pk, sk) > (?, ?, ?) AND hash < ?
       ORDER BY hash, pk, sk LIMIT ? + 0`,
    );
    this.#scan.setReturnArrays(true);
    this.#due = database.prepare(
      `SELECT pk, sk, due_at FROM ${name}
       WHERE due_slot = ? AND due_at <= ? AND (due_at, hash, pk, sk) > (?, ?, ?, ?)
       ORDER BY due_at, hash, pk, sk LIMIT ? + 0`,
    );
    this.#due.setReturnArrays(true);
    this.#times = new RowTimes(database, name);
  }

  get(pk: string, sk: string): Encoded | undefined {
    const row = this.#get.get(hashOf(pk), pk, sk);
    return row === undefined ? undefined : asRow(row);
  }

  /** The rows that exist among at most 100 keys: one statement costs half of what one for each does. */
  getMany(keys: readonly Key[]): readonly PageRow[] {
    const [first] = keys;
    const count = keysAtOnce.find((size) => size >= keys.length);
    if (first === undefined) return [];
    if (count === undefined) throw new RangeError(`${keys.length} keys are too many at once.`);
    const places: SQLInputValue[] = [];
    for (const { pk, sk } of keys) places.push(hashOf(pk), pk, sk ?? '');
    while (places.length < count * 3) places.push(...places.slice(-3));
    const statement = this.#getMany.get(count) ?? this.#prepareGetMany(count);
    return asPageRows(statement.all(...places));
  }

  #prepareGetMany(count: number): StatementSync {
    const places = Array.from({ length: count }, () => '(?, ?, ?)').join(', ');
    const statement = this.#database.prepare(
      `SELECT ${pageColumns} FROM ${this.#name} WHERE (hash, pk, sk) IN (VALUES ${places})`,
    );
    statement.setReturnArrays(true);
    this.#getMany.set(count, statement);
    return statement;
  }

  put(item: Item, encoded: Encoded): void {
    this.#put.run(...this.#values(item, encoded));
  }

  /** False, and nothing written, when the item exists. */
  insert(item: Item, encoded: Encoded): boolean {
    return this.#insert.run(...this.#values(item, encoded)).changes === 1;
  }

  /** False, and nothing written, unless the item exists and its named attribute equals a value. */
  replace(item: Item, encoded: Encoded, when: AttributeEquals): boolean {
    const [hash, pk, sk, ...rest] = this.#values(item, encoded);
    const path = `$."${when.attribute}"`;
    // Both sides were written by the same hand, so equal values are equal texts.
    const equals = JSON.stringify(when.equals);
    return this.#replace.run(...rest, hash, pk, sk, path, equals).changes === 1;
  }

  delete(pk: string, sk: string): void {
    this.#delete.run(hashOf(pk), pk, sk);
  }

  /** Rows of one partition in the order of their sort keys. */
  range(
    pk: string,
    bounds: { readonly from: Bound; readonly to: Bound | undefined },
    page: { readonly descending: boolean; readonly count: number },
  ): readonly PageRow[] {
    const { from, to } = bounds;
    const above = from.inclusive ? '>=' : '>';
    const below = to === undefined ? '' : to.inclusive ? '<=' : '<';
    const name = `${above}${below}${page.descending}`;
    const statement = this.#ranges.get(name) ?? this.#prepareRange(name, above, below, page);
    const ends = to === undefined ? [from.key] : [from.key, to.key];
    return asPageRows(statement.all(hashOf(pk), pk, ...ends, page.count));
  }

  #prepareRange(name: string, above: string, below: string, page: { descending: boolean }) {
    const order = page.descending ? 'DESC' : 'ASC';
    const statement = this.#database.prepare(
      `SELECT ${pageColumns} FROM ${this.#name}
       WHERE hash = ? AND pk = ? AND sk ${above} ? ${below === '' ? '' : `AND sk ${below} ?`}
       ORDER BY hash ${order}, pk ${order}, sk ${order} LIMIT ? + 0`,
    );
    statement.setReturnArrays(true);
    this.#ranges.set(name, statement);
    return statement;
  }

  /** Rows whose hash lies from `from` up to, not including, `to`, behind the item with key `after`. */
  scan(from: number, to: number, page: { after: Key | undefined; count: number }) {
    const { after, count } = page;
    const start =
      after === undefined ? [from, '', ''] : [hashOf(after.pk), after.pk, after.sk ?? ''];
    return asPageRows(this.#scan.all(...start, to, count));
  }

  due(slot: string, until: string, page: { after: DuePosition | undefined; limit: number }) {
    const { after, limit } = page;
    const start: SQLInputValue[] =
      after === undefined ? ['', -1, '', ''] : [after.dueAt, hashOf(after.pk), after.pk, after.sk];
    // Exactly the columns selected, all of them NOT NULL in the index.
    return this.#due.all(slot, until, ...start, limit) as unknown as readonly DueRow[];
  }

  firstDueAt(): string | undefined {
    return this.#times.firstDueAt();
  }

  expired(nowSeconds: number, limit: number): readonly Item[] {
    return this.#times.expired(nowSeconds, limit);
  }

  #values(item: Item, encoded: Encoded) {
    const { pk, sk } = item;
    return [hashOf(pk), pk, sk ?? '', ...timedValues(item), ...encodedValues(encoded)] as const;
  }
}
