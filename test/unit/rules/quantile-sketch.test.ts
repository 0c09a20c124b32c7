import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToSketch,
  bucketGrowth,
  mergeSketch,
  newSketch,
  type QuantileSketch,
  quantiles,
  readSketch,
  sketchSize,
  writeSketch,
} from '../../../shared/domain/rules/rfm/quantile-sketch.ts';

const shares = [0.2, 0.4, 0.6, 0.8, 1];
const sketchOf = (values: readonly number[]): QuantileSketch => {
  const sketch = newSketch();
  for (const value of values) addToSketch(sketch, value);
  return sketch;
};
const bytesOf = (sketch: QuantileSketch): number[] => {
  const bytes: number[] = [];
  writeSketch(bytes, sketch);
  return bytes;
};

/** Of any size, ties included. */
const values = fc.array(
  fc.oneof(
    fc.integer({ min: -50, max: 50 }),
    fc.double({ min: 1e-6, max: 1e15, noNaN: true }),
    fc.double({ min: -1e15, max: -1e-6, noNaN: true }),
    fc.constantFrom(0, 9.99, 100, 86_400_000),
    // At a border, and a hair above it.
    fc
      .tuple(fc.integer({ min: -1500, max: 4000 }), fc.constantFrom(1, 1 + 2 ** -52, 1 + 2 ** -51))
      .map(([index, more]) => Math.exp(index * Math.log(bucketGrowth)) * more),
  ),
  { minLength: 1, maxLength: 300 },
);

describe('a sketch of many values', () => {
  it('answers quantiles that are never too low and less than 1 % too high', () => {
    fc.assert(
      fc.property(values, (all) => {
        const sorted = all.toSorted((one, other) => one - other);
        const found = quantiles(sketchOf(all), shares);
        for (const [index, quantile] of found.entries()) {
          const exact = sorted[Math.ceil(((index + 1) * all.length) / 5) - 1] ?? Number.NaN;
          expect(quantile).toBeGreaterThanOrEqual(exact);
          expect(quantile - exact).toBeLessThanOrEqual(
            Math.abs(exact) * (bucketGrowth - 1 + 1e-12),
          );
        }
      }),
    );
  });

  it('is the same however its parts are put together', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 6 }), fc.nat(), (parts, turn) => {
        const merged = newSketch();
        const from = parts.length === 0 ? 0 : turn % parts.length;
        for (const part of [...parts.slice(from), ...parts.slice(0, from)]) {
          mergeSketch(merged, sketchOf(part));
        }
        expect(bytesOf(merged)).toEqual(bytesOf(sketchOf(parts.flat())));
        expect(sketchSize(merged)).toBe(parts.flat().length);
      }),
    );
  });

  it('comes back from its bytes as it was', () => {
    fc.assert(
      fc.property(values, (all) => {
        const sketch = sketchOf(all);
        const bytes = Uint8Array.from(bytesOf(sketch));
        expect(bytesOf(readSketch({ bytes, at: 0 }))).toEqual(bytesOf(sketch));
      }),
    );
  });

  it('stays small, whatever it is given', () => {
    const sketch = newSketch();
    for (let step = -100_000; step < 100_000; step += 1) {
      addToSketch(sketch, 10 ** (step / 1000));
      addToSketch(sketch, -(10 ** (step / 1000)));
    }
    expect(sketch.counts.length).toBeLessThanOrEqual(14_700);
    expect(sketchSize(sketch)).toBe(400_000);
    expect(bytesOf(sketch).length).toBeLessThan(64 * 1024);
  });

  it('of nothing has no quantiles', () => {
    expect(quantiles(newSketch(), shares)).toEqual(shares.map(() => Number.NaN));
  });
});
