import { stableHash } from '../identity/hash.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The id of a timeline entry about something that may be told more than once: the same parts give the
 * same 26 characters, so that its double is refused. 128 bits of four salted hashes.
 */
export function entryIdOf(...parts: readonly string[]): string {
  const text = parts.join('\n');
  let bits = 0n;
  for (const salt of ['a', 'b', 'c', 'd']) {
    bits = (bits << 32n) | BigInt(stableHash(`${salt}${text}${salt}`));
  }
  let id = '';
  for (let digit = 0; digit < 26; digit += 1) {
    id = `${alphabet[Number(bits & 31n)] ?? ''}${id}`;
    bits >>= 5n;
  }
  return id;
}
