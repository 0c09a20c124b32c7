import type { Item } from '../../ports/table.ts';

/** The item with the fields of all its maps the other way round: DynamoDB promises no order of them. */
export const turnedAround = (item: Item): Item =>
  // Attribute by attribute the same values.
  turned(item) as Item;

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, one]) => [name, turned(one)]),
  );
}
