import type { Value } from '../ports/table.ts';

/** DynamoDB's number: half a byte a significant digit, one for the exponent, one for a minus sign. */
const numberSize = (value: number): number => {
  const [mantissa = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
};

const valueSize = (value: Value | Uint8Array | undefined): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberSize(value);
  if (typeof value === 'boolean' || value === null || value === undefined) return 1;
  if (value instanceof Uint8Array) return value.byteLength;
  let size = 3;
  if (Array.isArray(value)) {
    for (const element of value) size += 1 + valueSize(element);
    return size;
  }
  for (const [name, element] of Object.entries(value)) {
    if (element !== undefined) size += 1 + Buffer.byteLength(name) + valueSize(element);
  }
  return size;
};

/** Bytes of an item by the rules in the DynamoDB developer guide, "Item sizes and formats". */
export const itemSize = (item: {
  readonly [attribute: string]: Value | Uint8Array | undefined;
}): number => {
  let size = 0;
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) size += Buffer.byteLength(name) + valueSize(value);
  }
  return size;
};
