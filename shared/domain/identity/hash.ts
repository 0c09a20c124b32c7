/**
 * FNV-1a, 32 bits, over UTF-16 code units, finished with murmur3's mixer so that similar ids spread.
 * Places keys in shards: not for secrets. It must never change: stored keys depend on it.
 */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The shard, 0 to `shards` - 1, of an id. */
export const shardOf = (id: string, shards: number): number => stableHash(id) % shards;
