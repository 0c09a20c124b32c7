import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item, Value } from '../../ports/table.ts';

/** The attribute in which a single conditional write leaves its token, to recognise itself. */
export const attemptAttribute = 'attempt';

export const toAttribute = (value: Value | Uint8Array): AttributeValue => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Uint8Array) return { B: value };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  // Neither a scalar nor bytes nor an array: a map of values.
  return { M: toAttributes(value as { readonly [name: string]: Value }) };
};

/** An item as DynamoDB takes it; attributes that are `undefined` are left out. */
export const toAttributes = (values: {
  readonly [name: string]: Value | Uint8Array | undefined;
}): Record<string, AttributeValue> =>
  // `fromEntries` makes own properties even of names like `__proto__`.
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, toAttribute(value)]],
    ),
  );

const fromAttribute = (attribute: AttributeValue): Value | Uint8Array => {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.B !== undefined) return attribute.B;
  // Bytes stand only at the top level, so what lists and maps hold are values.
  if (attribute.L !== undefined) return attribute.L.map(fromAttribute) as Value[];
  if (attribute.M !== undefined) {
    const entries = Object.entries(attribute.M);
    return Object.fromEntries(entries.map(([name, value]) => [name, fromAttribute(value)])) as {
      readonly [name: string]: Value;
    };
  }
  throw new Error(`An attribute of an unknown kind: ${Object.keys(attribute).join()}.`);
};

/** An item as DynamoDB or its stream gives it, without the adapter's own attribute. */
export const fromAttributes = (attributes: Record<string, AttributeValue>): Item => {
  const entries = Object.entries(attributes).filter(([name]) => name !== attemptAttribute);
  // Every item of these tables has its key.
  return Object.fromEntries(
    entries.map(([name, attribute]) => [name, fromAttribute(attribute)]),
  ) as Item;
};
