import {
  type DueQuery,
  InvalidRequest,
  type Item,
  type Page,
  type Query,
  type Scan,
  type TableName,
} from '../../ports/table.ts';
import { assertPartitionKey, assertSortKey } from '../item-rules.ts';
import { itemSize } from '../item-size.ts';
import { compareKeys, keyAfterPrefix } from '../key-order.ts';
import { readCursor, writeCursor } from '../page-cursor.ts';
import { assertLimit } from '../request-rules.ts';
import { decodeColumns } from './item-codec.ts';
import { type RequestMeter, readUnits } from './request-meter.ts';
import { type Bound, hashEnd, type PageRow, type Rows } from './table-rows.ts';

const pageBytesLimit = 1024 * 1024;
/** Enough for the usual page in one go, and not too many of the largest items in memory. */
const rowsAtOnce = 128;

/** The reading half of the embedded tables: pages, each of at most 1 MB. */
export class TablePages {
  readonly #rows: Readonly<Record<TableName, Rows>>;
  readonly #meter: RequestMeter | undefined;

  constructor(rows: Readonly<Record<TableName, Rows>>, meter: RequestMeter | undefined) {
    this.#rows = rows;
    this.#meter = meter;
  }

  query(table: TableName, query: Query): Page {
    if (table === 'profiles') throw new InvalidRequest('The table profiles has no sort key.');
    assertPartitionKey(query.pk);
    const limit = limitOf(query.limit);
    const bounds = boundsOf(query);
    if (bounds === undefined)
      return this.#counted(table, 'query', { items: [], after: null }, query);
    const descending = query.descending === true;
    const page = fill(limit, (last, count) =>
      this.#rows[table].range(query.pk, behind(bounds, last, descending), { descending, count }),
    );
    const last = page.full ? page.items.at(-1) : undefined;
    const after = last === undefined ? null : writeCursor([last.sk ?? '']);
    return this.#counted(table, 'query', { items: page.items, after }, query);
  }

  scan(table: TableName, scan: Scan): Page {
    const { segment, segments } = scan;
    if (!(Number.isInteger(segments) && segments >= 1 && segments <= 1_000_000)) {
      throw new InvalidRequest('A scan has 1 to 1000000 segments.');
    }
    if (!(Number.isInteger(segment) && segment >= 0 && segment < segments)) {
      throw new InvalidRequest('The scan segment must be one of the segments.');
    }
    const from = Math.ceil((segment * hashEnd) / segments);
    const to = Math.ceil(((segment + 1) * hashEnd) / segments);
    const [pk = '', sk = ''] = readCursor(scan.after, 2);
    const start = pk === '' ? undefined : { pk, sk };
    const page = fill(limitOf(scan.limit), (last, count) =>
      this.#rows[table].scan(from, to, { after: last ?? start, count }),
    );
    const last = page.full ? page.items.at(-1) : undefined;
    const after = last === undefined ? null : writeCursor([last.pk, last.sk ?? '']);
    return this.#counted(table, 'scan', { items: page.items, after }, scan);
  }

  due(table: TableName, query: DueQuery): Page {
    const { slot, until } = query;
    // An index entry is at most 7 KB of keys, a usual one 0.1 KB: 1 MB holds a few thousand.
    const limit = Math.min(limitOf(query.limit), 5000);
    const [from = '', pk = '', sk = ''] = readCursor(query.after, 3);
    const position = from === '' ? undefined : { dueAt: from, pk, sk };
    const rows = this.#rows[table].due(slot, until, { after: position, limit });
    const items = rows.map(([pk, sk, dueAt]) =>
      sk === '' ? { pk, dueSlot: slot, dueAt } : { pk, sk, dueSlot: slot, dueAt },
    );
    const [lastPk = '', lastSk = '', lastDueAt = ''] = rows.at(-1) ?? [];
    const after = rows.length === limit ? writeCursor([lastDueAt, lastPk, lastSk]) : null;
    return this.#counted(table, 'due', { items, after }, {});
  }

  #counted(
    table: TableName,
    operation: 'query' | 'scan' | 'due',
    page: Page,
    options: { readonly consistent?: boolean },
  ): Page {
    if (this.#meter !== undefined) {
      const bytes = page.items.reduce((sum, item) => sum + itemSize(item), 0);
      const units = readUnits(bytes, options.consistent === true);
      this.#meter.add(table, operation, { requests: 1, readUnits: units });
    }
    return page;
  }
}

const limitOf = (limit: number | undefined): number => {
  assertLimit(limit);
  return limit ?? Number.MAX_SAFE_INTEGER;
};

/** Takes rows until the limit or 1 MB; `full` when there may be more. */
const fill = (
  limit: number,
  read: (last: Item | undefined, count: number) => readonly PageRow[],
): { items: Item[]; full: boolean } => {
  const items: Item[] = [];
  let pageBytes = 0;
  for (;;) {
    const count = Math.min(limit - items.length, rowsAtOnce);
    const rows = read(items.at(-1), count);
    for (const [data, bytes, byteNames, size] of rows) {
      pageBytes += size;
      if (items.length > 0 && pageBytes > pageBytesLimit) return { items, full: true };
      items.push(decodeColumns(data, bytes, byteNames));
    }
    if (items.length >= limit) return { items, full: true };
    if (rows.length < count) return { items, full: false };
  }
};

type Bounds = { readonly from: Bound; readonly to: Bound | undefined };

const behind = (bounds: Bounds, last: Item | undefined, descending: boolean): Bounds => {
  if (last?.sk === undefined) return bounds;
  const end = { key: last.sk, inclusive: false };
  return descending ? { ...bounds, to: end } : { ...bounds, from: end };
};

/** The range of sort keys that a query asks for, behind its cursor; none when no key can lie in it. */
const boundsOf = (query: Query): Bounds | undefined => {
  const { prefix, descending, after } = query;
  if (prefix !== undefined && (query.from !== undefined || query.to !== undefined)) {
    throw new InvalidRequest('A query has a prefix or a range, not both.');
  }
  for (const key of [prefix, query.from, query.to]) if (key !== undefined) assertSortKey(key);
  let from: Bound = { key: prefix ?? query.from ?? '', inclusive: true };
  let to: Bound | undefined;
  if (query.to !== undefined) to = { key: query.to, inclusive: true };
  const end = prefix === undefined ? undefined : keyAfterPrefix(prefix);
  if (end !== undefined) to = { key: end, inclusive: false };
  const [position = ''] = readCursor(after, 1);
  if (position !== '' && descending === true) {
    if (to === undefined || compareKeys(position, to.key) <= 0)
      to = { key: position, inclusive: false };
  } else if (position !== '' && compareKeys(position, from.key) >= 0) {
    from = { key: position, inclusive: false };
  }
  if (to !== undefined && compareKeys(from.key, to.key) > 0) return undefined;
  return { from, to };
};

/** Whether an item lies in the range of sort keys that a query still asks for. */
export const queryCovers = (query: Query, item: Item): boolean => {
  const bounds = boundsOf(query);
  if (bounds === undefined || item.pk !== query.pk) return false;
  const { from, to } = bounds;
  const fromOrder = compareKeys(item.sk ?? '', from.key);
  if (fromOrder < 0 || (fromOrder === 0 && !from.inclusive)) return false;
  if (to === undefined) return true;
  const toOrder = compareKeys(item.sk ?? '', to.key);
  return toOrder < 0 || (toOrder === 0 && to.inclusive);
};
