import type { Key, TableName } from '../ports/table.ts';
import { assertKey } from './item-rules.ts';

const batchSize = 100;

/** Keys without repetition, in the hundreds that one batch read takes. */
export const batchesOf = (table: TableName, keys: readonly Key[]): readonly (readonly Key[])[] => {
  const unique = new Map<string, Key>();
  for (const key of keys) {
    assertKey(table, key);
    unique.set(key.sk === undefined ? key.pk : JSON.stringify([key.pk, key.sk]), key);
  }
  const all = [...unique.values()];
  const batches: Key[][] = [];
  for (let start = 0; start < all.length; start += batchSize) {
    batches.push(all.slice(start, start + batchSize));
  }
  return batches;
};
