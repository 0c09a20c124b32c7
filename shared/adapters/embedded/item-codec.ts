import type { Item } from '../../ports/table.ts';

/** An item as its row holds it: JSON, and the bytes of its binary attributes beside it. */
export type Encoded = {
  readonly data: string;
  /** All binary attributes, one behind the other. */
  readonly bytes: Uint8Array | null;
  /** Their names as a JSON array; in `data` each has `[offset, length]` in its place. */
  readonly byteNames: string | null;
};

export const encodeItem = (item: Item, binary: readonly string[]): Encoded => {
  if (binary.length === 0) return { data: JSON.stringify(item), bytes: null, byteNames: null };
  const parts: Uint8Array[] = [];
  const places: Record<string, readonly [number, number]> = {};
  let offset = 0;
  for (const name of binary) {
    const value = item[name];
    if (!(value instanceof Uint8Array)) continue;
    places[name] = [offset, value.byteLength];
    parts.push(value);
    offset += value.byteLength;
  }
  const [first] = parts;
  return {
    data: JSON.stringify({ ...item, ...places }),
    bytes: parts.length === 1 && first !== undefined ? first : Buffer.concat(parts),
    byteNames: JSON.stringify(binary),
  };
};

const layouts = new Map<string, readonly string[]>();

const layoutOf = (byteNames: string): readonly string[] => {
  const known = layouts.get(byteNames);
  if (known !== undefined) return known;
  // A company's items have a handful of layouts; the bound only guards against a strange one.
  if (layouts.size > 1000) layouts.clear();
  // Written by `encodeItem`: an array of names.
  const names = JSON.parse(byteNames) as readonly string[];
  layouts.set(byteNames, names);
  return names;
};

export const decodeItem = (encoded: Encoded): Item =>
  decodeColumns(encoded.data, encoded.bytes, encoded.byteNames);

/** The same from the bare columns, as pages of rows have them. */
export const decodeColumns = (
  data: string,
  bytes: Uint8Array | null,
  byteNames: string | null,
): Item => {
  // Written by `encodeItem` from an Item.
  const item = JSON.parse(data) as Item & Record<string, unknown>;
  if (bytes === null || byteNames === null) return item;
  const names = layoutOf(byteNames);
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    item[only] = bytes;
    return item;
  }
  for (const name of names) {
    // The place that `encodeItem` left in the attribute's stead.
    const [offset, length] = item[name] as unknown as readonly [number, number];
    item[name] = bytes.subarray(offset, offset + length);
  }
  return item;
};
