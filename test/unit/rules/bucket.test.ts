import { describe, expect, it } from 'vitest';
import { bucketer, bucketOf } from '../../../shared/domain/rules/bucket.ts';

/** Ids as profiles have them: their first ten characters are an instant, and much alike. */
const ids = Array.from({ length: 40_000 }, (_, index) => {
  const tail = Math.imul(index + 1, 2_654_435_761) >>> 0;
  return `01JDH${String(index).padStart(7, '0')}${tail.toString(32).toUpperCase().padStart(14, 'Z')}`;
});

/** How far counts are from what they would be if nothing but chance made them: Pearson's chi-square. */
const chiSquare = (counts: readonly number[], expected: number): number =>
  counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);

/**
 * What chance exceeds once in a million: the quantile of the chi-square distribution at 1 - 1e-6 by Wilson
 * and Hilferty's approximation (1931).
 */
const limit = (freedom: number): number =>
  freedom * (1 - 2 / (9 * freedom) + 4.753 * Math.sqrt(2 / (9 * freedom))) ** 3;

/** How many fall on each of a hundred places. */
const tally = (places: Iterable<number>): readonly number[] => {
  const counts = Map.groupBy(places, (place) => Math.floor(place));
  return Array.from({ length: 100 }, (_, place) => counts.get(place)?.length ?? 0);
};

const tenthOf = (salt: string, id: string): number => Math.floor(bucketOf(salt, id) / 10);

describe('a bucket', () => {
  // Worked out apart from the code, in Python, from what its comment says.
  it.each([
    ['s', 'p1', 93.864252],
    ['s', 'p2', 1.450194],
    ['t', 'p1', 21.345562],
    ['march', '01JDHC4Q8Z3N5V7W9X0Y2A4B6C', 0.988805],
    ['', '', 28.190422],
    ['šķērsām', '01JDHC4Q8Z3N5V7W9X0Y2A4B6C', 1.536545],
    ['march 🙂', '01JDHC4Q8Z3N5V7W9X0Y2A4B6D', 84.62869],
  ])('of %j puts %j at the same place for ever', (salt, id, place) => {
    expect(bucketOf(salt, id)).toBeCloseTo(place, 5);
    expect(bucketer(salt)(id)).toBe(bucketOf(salt, id));
  });

  it('lies from 0 to just below 100', () => {
    const places = ids.map(bucketer('march'));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThan(100);
    expect(places.filter((place) => place < 0.1).length).toBeGreaterThan(10);
    expect(places.filter((place) => place >= 99.9).length).toBeGreaterThan(10);
  });

  it.each(['march', 'april', 'x', '', 'march-1', 'march-2'])(
    'of %j spreads people evenly over a hundred places',
    (salt) => {
      const counts = tally(ids.map(bucketer(salt)));
      expect(chiSquare(counts, ids.length / 100)).toBeLessThan(limit(99));
    },
  );

  it.each([
    ['march', 'april'],
    ['march-1', 'march-2'],
    ['a', 'b'],
    ['', ' '],
    ['holdout', 'holdout2'],
  ])('of %j tells nothing of the bucket of %j', (one, other) => {
    const counts = tally(ids.map((id) => tenthOf(one, id) * 10 + tenthOf(other, id)));
    expect(chiSquare(counts, ids.length / 100)).toBeLessThan(limit(99));
  });

  it('tells nothing of who came before or after', () => {
    const tenths = ids.map((id) => tenthOf('march', id));
    const pairs = tenths.slice(1).map((tenth, index) => (tenths[index] ?? 0) * 10 + tenth);
    const counts = tally(pairs);
    expect(chiSquare(counts, (ids.length - 1) / 100)).toBeLessThan(limit(99));
  });

  it('fails the same tests when it is made badly', () => {
    const sum = (salt: string, id: string): number =>
      Buffer.from(`${salt}${id}`).reduce((total, byte) => total + byte, 0) % 100;
    const counts = tally(ids.map((id) => sum('march', id)));
    expect(chiSquare(counts, ids.length / 100)).toBeGreaterThan(limit(99));
  });
});
