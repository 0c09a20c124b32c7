import { type Reader, readCount, readUnits, writeCount, writeUnits } from '../ledger/packed.ts';

/**
 * How often which values occur, in buckets whose borders grow by a fixed factor: DDSketch (Masson, Rim
 * and Lee, "DDSketch: A fast and fully-mergeable quantile sketch with relative-error guarantees", PVLDB
 * 12(12), 2019), with the bucket's upper border for an answer instead of its middle, so that values
 * that tie are never parted. Sketches of parts, merged in any order, are the sketch of the whole.
 * Bucket 0 holds 0, those below it the negative values. Changed in place.
 */
export type QuantileSketch = {
  /** The bucket of the first of `counts`. */
  from: number;
  /** By bucket, without a gap. */
  readonly counts: number[];
};

/** Upper border of a bucket over its lower one: the most by which a quantile is too high. */
export const bucketGrowth = 1.0085;

const logGrowth = Math.log(bucketGrowth);

/** What is nearer to 0 counts as 0, what is farther off as this far: never more than 14 700 buckets. */
const nearest = 1e-9;
const farthest = 1e18;
const firstIndex = Math.ceil(Math.log(nearest) / logGrowth);
const lastIndex = Math.ceil(Math.log(farthest) / logGrowth);

export const newSketch = (): QuantileSketch => ({ from: 0, counts: [] });

export const addToSketch = (sketch: QuantileSketch, value: number): void =>
  addCount(sketch, bucketOf(value), 1);

/** Adds what another sketch has seen. */
export function mergeSketch(sketch: QuantileSketch, { from, counts }: QuantileSketch): void {
  for (const [position, count] of counts.entries()) {
    if (count > 0) addCount(sketch, from + position, count);
  }
}

function addCount(sketch: QuantileSketch, bucket: number, count: number): void {
  const { counts } = sketch;
  if (counts.length === 0) sketch.from = bucket;
  if (bucket < sketch.from) {
    counts.unshift(...Array.from({ length: sketch.from - bucket }, () => 0));
    sketch.from = bucket;
  }
  const position = bucket - sketch.from;
  while (counts.length <= position) counts.push(0);
  counts[position] = (counts[position] ?? 0) + count;
}

/** How many values it has seen. */
export const sketchSize = ({ counts }: QuantileSketch): number =>
  counts.reduce((sum, count) => sum + count, 0);

/**
 * At these shares (ascending, of 0..1), the least value with at least that share of all values at or
 * below it; never lower than it is, and less than `bucketGrowth` times too high. NaN of nothing.
 */
export function quantiles(sketch: QuantileSketch, shares: readonly number[]): readonly number[] {
  const { from, counts } = sketch;
  const size = sketchSize(sketch);
  if (size === 0) return shares.map(() => Number.NaN);
  let position = -1;
  let below = 0;
  return shares.map((share) => {
    // Shares such as 0.6 are no exact numbers: three of five are three.
    const rank = Math.max(1, Math.ceil(share * size - 1e-9 * size));
    while (below < rank && position + 1 < counts.length) {
      position += 1;
      below += counts[position] ?? 0;
    }
    return upperBorder(from + position);
  });
}

function bucketOf(value: number): number {
  if (Math.abs(value) < nearest) return 0;
  return value > 0 ? indexAbove(value) - firstIndex + 1 : firstIndex - 1 - indexAbove(-value);
}

/** The least index whose border is not below the magnitude; logarithms alone may miss it by one. */
function indexAbove(magnitude: number): number {
  const index = Math.ceil(Math.log(magnitude) / logGrowth);
  if (index >= lastIndex) return lastIndex;
  if (border(index) < magnitude) return index + 1;
  return border(index - 1) >= magnitude && index > firstIndex
    ? index - 1
    : Math.max(index, firstIndex);
}

const border = (index: number): number => Math.exp(index * logGrowth);

function upperBorder(bucket: number): number {
  if (bucket === 0) return 0;
  return bucket > 0 ? border(bucket + firstIndex - 1) : -border(firstIndex - 2 - bucket);
}

/** Buckets that hold something, in order, each as its distance from the one before and its count. */
export function writeSketch(bytes: number[], { from, counts }: QuantileSketch): void {
  writeCount(
    bytes,
    counts.reduce((used, count) => (count > 0 ? used + 1 : used), 0),
  );
  let before = 0;
  for (let position = 0; position < counts.length; position++) {
    const count = counts[position] ?? 0;
    if (count === 0) continue;
    writeUnits(bytes, from + position - before);
    writeCount(bytes, count);
    before = from + position;
  }
}

export function readSketch(reader: Reader): QuantileSketch {
  const sketch = newSketch();
  let bucket = 0;
  for (let left = readCount(reader); left > 0; left--) {
    bucket += Number(readUnits(reader));
    addCount(sketch, bucket, readCount(reader));
  }
  return sketch;
}
