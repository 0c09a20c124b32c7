import { InvalidRequest, type Item, type Key, type TableName } from '../ports/table.ts';
import { itemSize } from './item-size.ts';

const itemBytesLimit = 400 * 1024;
const maximumDepth = 32;

const refuse = (message: string): never => {
  throw new InvalidRequest(message);
};

const assertKeyText = (name: string, value: unknown, bytesLimit: number): void => {
  if (typeof value !== 'string') return refuse(`The key attribute ${name} must be text.`);
  if (value === '') refuse(`The key attribute ${name} must not be empty.`);
  // A character takes at most three bytes a UTF-16 unit, so short keys need no counting.
  if (value.length * 3 > bytesLimit && Buffer.byteLength(value) > bytesLimit) {
    refuse(`The key attribute ${name} must be at most ${bytesLimit} bytes.`);
  }
  if (!value.isWellFormed()) refuse(`The key attribute ${name} holds half a surrogate pair.`);
};

export const assertPartitionKey = (pk: unknown): void => assertKeyText('pk', pk, 2048);

export const assertSortKey = (sk: unknown): void => assertKeyText('sk', sk, 1024);

/** Throws unless the key is one of the table's. */
export const assertKey = (table: TableName, key: Key): void => {
  assertPartitionKey(key.pk);
  if (table !== 'profiles') return assertSortKey(key.sk);
  if (key.sk !== undefined) refuse('The table profiles has no sort key.');
};

const assertNumber = (value: number): void => {
  if (!Number.isFinite(value)) refuse('Numbers must be finite.');
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-130 || size >= 1e126)) {
    refuse('Numbers must lie between 1e-130 and 9.99e125.');
  }
};

const assertValue = (value: unknown, depth: number): void => {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') return assertNumber(value);
  if (typeof value !== 'object') return refuse(`A ${typeof value} cannot be stored.`);
  if (depth >= maximumDepth) refuse(`Values may be nested ${maximumDepth} levels deep.`);
  if (Array.isArray(value)) {
    for (const element of value) assertValue(element, depth + 1);
    return;
  }
  if (ArrayBuffer.isView(value)) refuse('Bytes may stand only at the top level of an item.');
  // An object that is not null has string keys; its values are checked one by one.
  const map = value as Record<string, unknown>;
  for (const name in map) if (map[name] !== undefined) assertValue(map[name], depth + 1);
};

/** Checks attributes and names those that hold bytes. */
export const assertAttributes = (attributes: Readonly<Record<string, unknown>>): string[] => {
  const binary: string[] = [];
  for (const name in attributes) {
    const value = attributes[name];
    if (typeof value === 'string') continue;
    if (typeof value === 'object' && value instanceof Uint8Array) binary.push(name);
    else if (value !== undefined) assertValue(value, 0);
  }
  if ('attempt' in attributes) refuse('The attribute attempt belongs to the tables themselves.');
  if ('' in attributes) refuse('An attribute needs a name.');
  return binary;
};

/** What the `due` index asks of an item that would enter it. */
export const assertIndexed = (item: Item): void => {
  const { dueSlot, dueAt } = item;
  if (dueSlot !== undefined) assertKeyText('dueSlot', dueSlot, 2048);
  if (dueAt !== undefined) assertKeyText('dueAt', dueAt, 1024);
};

/**
 * Throws above 400 KB. An item is never larger than three bytes a character of its JSON plus its
 * binary attributes, so the exact count is seldom needed.
 */
export const assertItemSize = (item: Item, jsonLength: number, bytesLength: number): void => {
  if (jsonLength * 3 + bytesLength <= itemBytesLimit) return;
  const size = itemSize(item);
  if (size > itemBytesLimit) refuse(`The item has ${size} bytes, more than ${itemBytesLimit}.`);
};

/** Half a surrogate pair is no text on the wire. JSON writes it as an escape, which is quick to look for. */
export const assertText = (json: string): void => {
  if (!json.includes('\\ud')) return;
  JSON.parse(json, (name, value: unknown) => {
    const texts = typeof value === 'string' ? [name, value] : [name];
    if (texts.some((text) => !text.isWellFormed())) refuse('Text holds half a surrogate pair.');
    return value;
  });
};
