import type { Item, TableName } from '../../ports/table.ts';
import { itemSize } from '../item-size.ts';

export type Operation = 'get' | 'batchGet' | 'query' | 'scan' | 'due' | 'write' | 'transact';

/** What DynamoDB would bill: requests, read units of 4 KB, write units of 1 KB, index writes apart. */
export type Usage = {
  readonly requests: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly indexWriteUnits: number;
};

const nothing: Usage = { requests: 0, readUnits: 0, writeUnits: 0, indexWriteUnits: 0 };

/** Counts requests and units per table and operation, by the rules of DynamoDB's developer guide. */
export class RequestMeter {
  readonly #usage = new Map<string, Usage>();

  add(table: TableName, operation: Operation, usage: Partial<Usage>): void {
    const key = `${table} ${operation}`;
    this.#usage.set(key, sum(this.#usage.get(key) ?? nothing, { ...nothing, ...usage }));
  }

  /** Usage by `<table> <operation>`. */
  byOperation(): ReadonlyMap<string, Usage> {
    return this.#usage;
  }

  total(): Usage {
    return [...this.#usage.values()].reduce(sum, nothing);
  }

  reset(): void {
    this.#usage.clear();
  }
}

const sum = (a: Usage, b: Usage): Usage => ({
  requests: a.requests + b.requests,
  readUnits: a.readUnits + b.readUnits,
  writeUnits: a.writeUnits + b.writeUnits,
  indexWriteUnits: a.indexWriteUnits + b.indexWriteUnits,
});

/** Read units of `bytes` read together; what is not there costs as much as the smallest item. */
export const readUnits = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (consistent ? 1 : 0.5);

/** Write units of one action: the larger of the item before and after; doubled in a transaction. */
export const writeUnits = (before: Item | undefined, after: Item | undefined): number => {
  const bytes = Math.max(
    before === undefined ? 0 : itemSize(before),
    after === undefined ? 0 : itemSize(after),
  );
  return Math.max(1, Math.ceil(bytes / 1024));
};

const indexKey = (item: Item | undefined): string | undefined =>
  typeof item?.dueSlot === 'string' && typeof item.dueAt === 'string'
    ? JSON.stringify([item.dueSlot, item.dueAt])
    : undefined;

/** Writes to the `due` index: one to enter or leave it, two to move within it. */
export const indexWriteUnits = (before: Item | undefined, after: Item | undefined): number => {
  const [from, to] = [indexKey(before), indexKey(after)];
  if (from === to) return 0;
  return from === undefined || to === undefined ? 1 : 2;
};
