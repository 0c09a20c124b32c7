import {
  type Condition,
  InvalidRequest,
  type Item,
  type TableName,
  type Update,
} from '../../ports/table.ts';
import {
  assertAttributes,
  assertIndexed,
  assertItemSize,
  assertKey,
  assertText,
} from '../item-rules.ts';
import { keyOf } from '../request-rules.ts';
import { decodeItem, type Encoded, encodeItem } from './item-codec.ts';

/** An item checked against every limit and encoded as it will be stored. */
export const prepareItem = (table: TableName, item: Item): Encoded => {
  assertKey(table, item);
  const binary = assertAttributes(item);
  assertIndexed(item);
  const encoded = encodeItem(item, binary);
  assertText(encoded.data);
  assertItemSize(item, encoded.data.length, encoded.bytes?.byteLength ?? 0);
  return encoded;
};

/** The tables count in decimals, where 0.1 + 0.2 is 0.3. */
const addDecimal = (a: number, b: number): number => {
  const sum = a + b;
  return Number.isInteger(a) && Number.isInteger(b) ? sum : Number(sum.toPrecision(15));
};

/** The item after an update. */
export const applyUpdate = (update: Update, before: Item | undefined): Item => {
  const after: Record<string, Item[string]> = { ...(before ?? keyOf(update)) };
  for (const [name, value] of Object.entries(update.set ?? {})) {
    if (value !== undefined) after[name] = value;
  }
  for (const [name, amount] of Object.entries(update.add ?? {})) {
    const value = after[name] ?? 0;
    if (typeof value !== 'number' || after[name] === null) {
      throw new InvalidRequest(`The attribute ${name} is no number to add to.`);
    }
    after[name] = addDecimal(value, amount);
  }
  for (const name of update.remove ?? []) delete after[name];
  // The key was there from the start and no update touches it.
  return after as Item;
};

/** Whether a condition holds for an item as its row stands. */
export const holds = (when: Condition | undefined, row: Encoded | undefined): boolean => {
  if (when === undefined) return true;
  if ('absent' in when) return row === undefined;
  if (row === undefined) return false;
  return 'present' in when || decodeItem(row)[when.attribute] === when.equals;
};
