import { describe, expect, it } from 'vitest';
import { estimateSize, shuffled } from '../../../shared/domain/segments/cluster-sample.ts';
import { diceOf } from '../../support/dice.ts';

describe('an estimate from some parts', () => {
  it('is the count, without error, when all parts were looked at', () => {
    expect(estimateSize(4, [1, 0, 2, 5])).toEqual({ size: 8, error: 0 });
  });

  it('is the mean of a part times the parts, its error worked by hand', () => {
    // Mean 10, variance 16, 3 of 12 parts: 4.303 * 12 * sqrt(0.75 * 16 / 3) = 103.3
    expect(estimateSize(12, [6, 10, 14])).toEqual({ size: 120, error: 104 });
  });

  it('is not called sure because the few parts looked at happen to agree', () => {
    // Variance 9, as chance alone makes it: 12.71 * 16 * sqrt(0.875 * 9 / 2) = 403.5
    expect(estimateSize(16, [9, 9])).toEqual({ size: 144, error: 404 });
  });

  it('admits those it may have missed where nobody was found', () => {
    expect(
      estimateSize(
        100,
        Array.from({ length: 50 }, () => 0),
      ),
    ).toEqual({ size: 0, error: 3 });
  });

  it('is refused from one part of many, which says nothing about the others', () => {
    expect(() => estimateSize(100, [7])).toThrow(RangeError);
    expect(estimateSize(1, [7])).toEqual({ size: 7, error: 0 });
  });

  it.each([2, 5, 30, 200])(
    'from %i parts covers the truth in at least about 95 of 100 samples',
    (looked) => {
      const dice = diceOf(looked);
      const parts = 1024;
      const counts = Array.from({ length: parts }, () => 0);
      for (let person = 0; person < 8192; person += 1) {
        const part = dice.between(0, parts - 1);
        counts[part] = (counts[part] ?? 0) + 1;
      }
      const truth = counts.reduce((sum, count) => sum + count, 0);
      let covered = 0;
      for (let sample = 0; sample < 1000; sample += 1) {
        const some = [...shuffled(parts, `sample ${sample}`)].slice(0, looked);
        const { size, error } = estimateSize(
          parts,
          some.map((part) => counts[part] ?? 0),
        );
        if (Math.abs(size - truth) <= error) covered += 1;
      }
      expect(covered).toBeGreaterThan(930);
      // More room than that is no good estimate either.
      expect(looked >= 30 ? covered : 0).toBeLessThan(985);
    },
  );
});

describe('the order of parts', () => {
  it('has each part once, the same for one seed, another for another', () => {
    const order = [...shuffled(1000, 'a')];
    expect(order.toSorted((one, other) => one - other)).toEqual(order.map((_, index) => index));
    expect([...shuffled(1000, 'a')]).toEqual(order);
    expect([...shuffled(1000, 'b')]).not.toEqual(order);
    expect([...shuffled(1, 'a')]).toEqual([0]);
  });

  it('puts every part first about as often as any other', () => {
    const firsts = Array.from({ length: 16 }, () => 0);
    for (let seed = 0; seed < 16_000; seed += 1) {
      const first = shuffled(16, String(seed)).next().value ?? 0;
      firsts[first] = (firsts[first] ?? 0) + 1;
    }
    for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
