import { describe, expect, it } from 'vitest';
import { bucketer, bucketOf } from '../../../shared/domain/rules/bucket.ts';

describe('a bucket', () => {
  it('is the same place for ever', () => {
    expect(bucketOf('s', 'p1').toFixed(6)).toBe(bucketer('s')('p1').toFixed(6));
    expect(
      [bucketOf('s', 'p1'), bucketOf('s', 'p2'), bucketOf('t', 'p1')].map((at) => at.toFixed(2)),
    ).toEqual(['93.86', '1.45', '21.35']);
  });

  it('spreads people evenly, and differently for each salt', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `01JD${index}`);
    const share = (test: (id: string) => boolean): number => ids.filter(test).length / ids.length;
    for (let from = 0; from < 100; from += 10) {
      const inside = share(
        (id) => bucketOf('march', id) >= from && bucketOf('march', id) < from + 10,
      );
      expect(Math.abs(inside - 0.1)).toBeLessThan(0.01);
    }
    const both = share((id) => bucketOf('march', id) < 50 && bucketOf('april', id) < 50);
    expect(Math.abs(both - 0.25)).toBeLessThan(0.015);
  });
});
