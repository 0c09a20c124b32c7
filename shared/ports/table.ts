/**
 * The tables. Only what DynamoDB does at any scale, so that nothing written over this port can
 * cheat: no joins, no filters, no unbounded reads.
 *
 * Limits that every adapter enforces: an item up to 400 KB (attribute names included), a page up to
 * 1 MB, partition keys up to 2 048 bytes, sort keys up to 1 024 bytes, keys ordered by their UTF-8
 * bytes, a transaction of up to 100 actions and 4 MB with one action per item.
 */

/** `profiles` holds one item per person and has no sort key; the others have both keys. */
export type TableName = 'profiles' | 'timeline' | 'marketing';

/** Tables with a `due` index: nothing on a timeline is ever due. */
export type DueTable = Exclude<TableName, 'timeline'>;

/** `sk` is absent for `profiles` and required for the other tables. */
export type Key = { readonly pk: string; readonly sk?: string };

/** A stored value. Bytes may stand only at the top level of an item. `undefined` is not storable. */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [name: string]: Value };

/**
 * An item: its key and its attributes, none of which may be called `attempt` (the adapters' own).
 * Attributes that are `undefined` are not stored. `dueSlot` and `dueAt` (ISO instant, milliseconds, `Z`) put
 * it into the sparse `due` index; `expiresAt` (seconds since 1970) lets it be deleted some time after
 * that instant, never before.
 */
export type Item = Key & { readonly [attribute: string]: Value | Uint8Array | undefined };

/**
 * A condition on the item as it stands: it is absent, it is present, or its named attribute equals
 * a value (an optimistic lock: `{ attribute: 'version', equals: 3 }`).
 */
export type Condition =
  | { readonly absent: true }
  | { readonly present: true }
  | { readonly attribute: string; readonly equals: string | number };

export type Put = {
  readonly kind: 'put';
  readonly table: TableName;
  readonly item: Item;
  readonly when?: Condition;
};

/**
 * Changes named top-level attributes, each in one of the three ways and none of the key; creates the
 * item when absent unless `when` forbids it.
 */
export type Update = {
  readonly kind: 'update';
  readonly table: TableName;
  readonly key: Key;
  readonly set?: { readonly [attribute: string]: Value | Uint8Array };
  /** Numbers added to attributes that are numbers or absent: counters. */
  readonly add?: { readonly [attribute: string]: number };
  readonly remove?: readonly string[];
  readonly when?: Condition;
};

export type Delete = {
  readonly kind: 'delete';
  readonly table: TableName;
  readonly key: Key;
  readonly when?: Condition;
};

/** Only in a transaction: asserts a condition and writes nothing. */
export type Check = {
  readonly kind: 'check';
  readonly table: TableName;
  readonly key: Key;
  readonly when: Condition;
};

export type Write = Put | Update | Delete;

/**
 * `refused`: a condition did not hold and nothing was written; `failed` lists the positions of the
 * writes whose conditions failed (`[0]` for a single write). `contended`: another transaction held
 * one of the items, nothing was written, try again later.
 */
export type WriteResult =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly failed: readonly number[] }
  | { readonly kind: 'contended' };

/** `after` continues behind a page. A page may be empty and still have a cursor. */
export type Page = { readonly items: readonly Item[]; readonly after: string | null };

export type Query = {
  readonly pk: string;
  /** Sort keys that begin with this. Not together with `from` / `to`. */
  readonly prefix?: string;
  /** First sort key, inclusive. */
  readonly from?: string;
  /** Last sort key, inclusive. */
  readonly to?: string;
  /** Highest sort key first. */
  readonly descending?: boolean;
  readonly limit?: number;
  readonly after?: string | null;
  /** A strongly consistent read: twice the read units. */
  readonly consistent?: boolean;
};

export type Scan = {
  /** This worker's part, 0-based, of `segments` parallel parts. */
  readonly segment: number;
  readonly segments: number;
  readonly limit?: number;
  readonly after?: string | null;
  /** Misses nothing that was written before; twice the read units. */
  readonly consistent?: boolean;
};

export type DueQuery = {
  readonly slot: string;
  /** Items with `dueAt` at or before this ISO instant, earliest first. */
  readonly until: string;
  readonly limit?: number;
  readonly after?: string | null;
};

/** The tables take no more requests right now and wrote nothing of this one: try again later. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
}

/** The request itself breaks a limit of the tables: repeating it cannot help. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
}

export interface Table {
  /** One item, strongly consistent unless `consistent: false`. */
  get(
    table: TableName,
    key: Key,
    options?: { readonly consistent?: boolean },
  ): Promise<Item | undefined>;

  /** Items that exist among any number of keys of one table, in no particular order; strongly consistent unless told. */
  batchGet(
    table: TableName,
    keys: readonly Key[],
    options?: { readonly consistent?: boolean },
  ): Promise<readonly Item[]>;

  query(table: TableName, query: Query): Promise<Page>;

  scan(table: TableName, scan: Scan): Promise<Page>;

  /**
   * The `due` index, eventually consistent: it may still show what has just changed, and not yet show
   * what is new. Its items hold only their keys, `dueSlot` and `dueAt`, so that an index write is paid
   * for only when one of these changes: read the item itself before acting on it.
   */
  due(table: DueTable, query: DueQuery): Promise<Page>;

  /**
   * One write, never sent as a transaction (which would cost twice). When the answer is lost and the
   * adapter repeats it, it recognises its own put or update by an attempt token and answers `written`;
   * a repeated delete that finds nothing answers `written` too. If someone else changed the item
   * between the two, the repeat may answer `refused` for a write that did happen.
   */
  write(write: Write): Promise<WriteResult>;

  /** All or nothing, up to 100 writes on different items. Repeats of a lost answer are recognised. */
  transact(writes: readonly (Write | Check)[]): Promise<WriteResult>;
}
