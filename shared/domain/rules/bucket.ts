const prime = 0x01000193;
const basis = 0x811c9dc5;

/**
 * A person's stable place from 0 (inclusive) to 100 (exclusive) under a salt: 32-bit FNV-1a over the
 * UTF-16 code units of `salt:id`, mixed by MurmurHash3's finaliser.
 */
export const bucketOf = (salt: string, id: string): number => place(absorb(basis, `${salt}:`), id);

/** `bucketOf` for one salt and many people. */
export function bucketer(salt: string): (id: string) => number {
  const start = absorb(basis, `${salt}:`);
  return (id) => place(start, id);
}

function absorb(hash: number, text: string): number {
  let mixed = hash;
  for (let at = 0; at < text.length; at++) {
    mixed = Math.imul(mixed ^ text.charCodeAt(at), prime);
  }
  return mixed;
}

function place(start: number, id: string): number {
  let hash = absorb(start, id);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * 100;
}
