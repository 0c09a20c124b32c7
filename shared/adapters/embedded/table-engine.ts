import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import {
  type Check,
  InvalidRequest,
  type Item,
  type Key,
  type TableName,
  type Write,
  type WriteResult,
} from '../../ports/table.ts';
import { assertKey } from '../item-rules.ts';
import { itemSize } from '../item-size.ts';
import { assertTransaction, assertUpdate, keyOf } from '../request-rules.ts';
import { ChangeFeed } from './change-feed.ts';
import { transactions } from './database.ts';
import { decodeColumns, decodeItem, type Encoded } from './item-codec.ts';
import { PlacedRows } from './placed-rows.ts';
import { indexWriteUnits, type RequestMeter, readUnits, writeUnits } from './request-meter.ts';
import { type Rows, TableRows } from './table-rows.ts';
import { applyUpdate, holds, prepareItem } from './write-plan.ts';

export type EngineOptions = {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly meter?: RequestMeter | undefined;
};

/** One action with its item before and after; `after` is undefined when the item is to be gone. */
type Step = {
  readonly action: Write | Check;
  readonly key: Key;
  readonly before: Encoded | undefined;
  readonly after: { readonly item: Item; readonly encoded: Encoded } | undefined;
};

const written: WriteResult = { kind: 'written' };
const refused: WriteResult = { kind: 'refused', failed: [0] };
/** Names that need no escaping where SQL names a part of JSON. */
const plainName = /^\w+$/;
const transactionBytesLimit = 4 * 1024 * 1024;
const sweepEvery = 1024;
const sweepSize = 256;

/** The writing half of the embedded tables, synchronous: what one call does, nothing interrupts. */
export class TableEngine {
  readonly rows: Readonly<Record<TableName, Rows>>;
  readonly feed: ChangeFeed;
  readonly #clock: Clock;
  readonly #meter: RequestMeter | undefined;
  readonly #atomically: ReturnType<typeof transactions>;
  #writes = 0;

  constructor(options: EngineOptions) {
    const { database, clock, meter } = options;
    this.rows = {
      profiles: new PlacedRows(database, 'profiles'),
      timeline: new TableRows(database, 'timeline'),
      marketing: new TableRows(database, 'marketing'),
    };
    this.feed = new ChangeFeed(database, clock);
    this.#clock = clock;
    this.#meter = meter;
    this.#atomically = transactions(database);
  }

  get(table: TableName, key: Key, consistent: boolean): Item | undefined {
    assertKey(table, key);
    const row = this.rows[table].get(key.pk, key.sk ?? '');
    const item = row === undefined ? undefined : decodeItem(row);
    this.#meter?.add(table, 'get', {
      requests: 1,
      readUnits: readUnits(item === undefined ? 0 : itemSize(item), consistent),
    });
    return item;
  }

  /** At most 100 keys, as one request. */
  batchGet(table: TableName, keys: readonly Key[], consistent: boolean): Item[] {
    const rows = this.rows[table].getMany(keys);
    const items = rows.map(([data, bytes, byteNames]) => decodeColumns(data, bytes, byteNames));
    if (this.#meter === undefined) return items;
    const found = items.reduce((sum, item) => sum + readUnits(itemSize(item), consistent), 0);
    const units = found + (keys.length - items.length) * readUnits(0, consistent);
    this.#meter.add(table, 'batchGet', { requests: 1, readUnits: units });
    return items;
  }

  write(write: Write): WriteResult {
    this.#sweepNowAndThen();
    const simple = this.#meter === undefined && !this.feed.tells(write.table);
    if (simple && write.kind === 'put') {
      const { table, item, when } = write;
      const encoded = prepareItem(table, item);
      if (when === undefined) {
        this.rows[table].put(item, encoded);
        return written;
      }
      if ('absent' in when) {
        return this.rows[table].insert(item, encoded) ? written : refused;
      }
      if ('attribute' in when && plainName.test(when.attribute)) {
        return this.rows[table].replace(item, encoded, when) ? written : refused;
      }
    }
    return this.#run([write], 'write');
  }

  transact(actions: readonly (Write | Check)[]): WriteResult {
    this.#sweepNowAndThen();
    assertTransaction(actions);
    return this.#run(actions, 'transact');
  }

  /** Deletes some items whose `expiresAt` has passed, as DynamoDB does in its own time. */
  removeExpired(limit = sweepSize): void {
    const nowSeconds = Math.floor(this.#clock.now() / 1000);
    for (const table of ['profiles', 'timeline', 'marketing'] as const) {
      for (const { pk, sk } of this.rows[table].expired(nowSeconds, limit)) {
        const key = sk === undefined ? { pk } : { pk, sk };
        const before = this.rows[table].get(pk, sk ?? '');
        const action = { kind: 'delete', table, key } as const;
        this.#atomically(() => this.#store({ action, key, before, after: undefined }));
      }
    }
  }

  #sweepNowAndThen(): void {
    this.#writes += 1;
    if (this.#writes % sweepEvery === 0) this.removeExpired();
  }

  #run(actions: readonly (Write | Check)[], operation: 'write' | 'transact'): WriteResult {
    const failed: number[] = [];
    const steps: Step[] = [];
    for (const [position, action] of actions.entries()) {
      const key = keyOf(action);
      const put = action.kind === 'put' ? prepareItem(action.table, action.item) : undefined;
      if (action.kind === 'update') assertUpdate(action);
      else if (put === undefined) assertKey(action.table, key);
      const before = this.rows[action.table].get(key.pk, key.sk ?? '');
      if (!holds(action.when, before)) failed.push(position);
      else steps.push({ action, key, before, after: afterOf(action, before, put) });
    }
    if (operation === 'transact') assertTransactionSize(steps);
    this.#count(actions, steps, failed.length > 0, operation);
    if (failed.length > 0) return { kind: 'refused', failed };
    const [first] = steps;
    if (first !== undefined && steps.length === 1 && !this.feed.tells(first.action.table)) {
      this.#store(first);
    } else {
      this.#atomically(() => {
        for (const step of steps) this.#store(step);
      });
    }
    return written;
  }

  #store(step: Step): void {
    const { action, key, before, after } = step;
    if (action.kind === 'check') return;
    const rows = this.rows[action.table];
    if (after !== undefined) rows.put(after.item, after.encoded);
    else if (before !== undefined) rows.delete(key.pk, key.sk ?? '');
    if (this.feed.tells(action.table)) this.feed.append(action.table, before, after?.encoded);
  }

  #count(
    actions: readonly (Write | Check)[],
    steps: readonly Step[],
    refused: boolean,
    operation: 'write' | 'transact',
  ): void {
    const meter = this.#meter;
    if (meter === undefined) return;
    const factor = operation === 'transact' ? 2 : 1;
    for (const [position, action] of actions.entries()) {
      const key = keyOf(action);
      const row = this.rows[action.table].get(key.pk, key.sk ?? '');
      const before = row === undefined ? undefined : decodeItem(row);
      const step = steps.find((candidate) => candidate.action === action);
      const after = refused || step === undefined ? before : step.after?.item;
      meter.add(action.table, operation, {
        requests: position === 0 ? 1 : 0,
        writeUnits: factor * writeUnits(before, after),
        indexWriteUnits: indexWriteUnits(before, after),
      });
    }
  }
}

const afterOf = (
  action: Write | Check,
  before: Encoded | undefined,
  put: Encoded | undefined,
): Step['after'] => {
  switch (action.kind) {
    case 'put':
      return put === undefined ? undefined : { item: action.item, encoded: put };
    case 'update': {
      const item = applyUpdate(action, before === undefined ? undefined : decodeItem(before));
      return { item, encoded: prepareItem(action.table, item) };
    }
    case 'check':
      return before === undefined ? undefined : { item: decodeItem(before), encoded: before };
    case 'delete':
      return undefined;
  }
};

const assertTransactionSize = (steps: readonly Step[]): void => {
  let bound = 0;
  for (const { after } of steps) {
    if (after === undefined) continue;
    bound += after.encoded.data.length * 3 + (after.encoded.bytes?.byteLength ?? 0);
  }
  if (bound <= transactionBytesLimit) return;
  const size = steps.reduce((sum, { after }) => sum + (after ? itemSize(after.item) : 0), 0);
  if (size > transactionBytesLimit) {
    throw new InvalidRequest(`The transaction has ${size} bytes, more than 4 MB.`);
  }
};
