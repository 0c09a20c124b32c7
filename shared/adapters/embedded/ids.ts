import { randomBytes } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const randomBits = 80n;
const poolBytes = 8_192;

/**
 * ULIDs in the order they were asked for, even within a millisecond or when the machine's clock is
 * set back; `bytes` gives the random ones. Each next one of a millisecond is a random 48-bit step away: a neighbour cannot be guessed.
 */
export const systemIds = (
  clock: Pick<Clock, 'now'>,
  bytes: (count: number) => Buffer = randomBytes,
): Ids => {
  const random = pooledRandom(bytes);
  let time = -1;
  let tail = 0n;
  return {
    next() {
      const now = clock.now();
      if (now > time) {
        time = now;
        // The highest bit stays clear, so that 2^31 steps fit before the tail overflows.
        tail = random(10) >> 1n;
      } else {
        tail += random(6) + 1n;
      }
      return base32((BigInt(time) << randomBits) + tail);
    },
    secret: () => randomBytes(32).toString('base64url'),
  };
};

/** Random numbers of so many bytes; the system is asked for many at a time, which is far cheaper. */
const pooledRandom = (fresh: (count: number) => Buffer) => {
  let pool = fresh(poolBytes);
  let used = 0;
  return (bytes: number): bigint => {
    if (used + bytes > pool.length) {
      pool = fresh(poolBytes);
      used = 0;
    }
    const hex = pool.toString('hex', used, used + bytes);
    used += bytes;
    return BigInt(`0x${hex}`);
  };
};

const base32 = (number: bigint): string => {
  let text = '';
  for (const digit of number.toString(32)) text += crockford[Number.parseInt(digit, 32)];
  return text.padStart(26, '0');
};
