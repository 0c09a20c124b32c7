/**
 * Cuts items into requests of at most `count` items and `bytes` bytes together, in order. An item
 * larger than `bytes` goes alone, so that the service itself refuses it.
 */
export function chunksWithin<Item extends { readonly bytes: number }>(
  items: readonly Item[],
  limit: { readonly count: number; readonly bytes: number },
): Item[][] {
  const chunks: Item[][] = [];
  let chunk: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (chunk.length === limit.count || (chunk.length > 0 && bytes + item.bytes > limit.bytes)) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += item.bytes;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
