import type { Scalar } from '../leaf.ts';
import { decimalOf, type Units } from './decimal.ts';
import { type Kept, type KeptScalars, keeps, newKept } from './kept-values.ts';
import type { Metric } from './metric-history.ts';
import { type Reader, readCount, readUnits, writeCount, writeUnits } from './packed.ts';

/** How a scalar begins: what it is, or 4 more than the bytes of its text. */
const tags = { false: 0, true: 1, whole: 2, decimal: 3, text: 4 } as const;

const encoder = new TextEncoder();
// A text may begin with what elsewhere would be the mark of a file's byte order.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The instants that the totals of kept values name. */
export const keptInstants = (kept: Kept | undefined): readonly number[] =>
  kept !== undefined && 'readings' in kept ? [...kept.folded.values()].map(({ at }) => at) : [];

/**
 * Which values are kept; of numbers how many are folded and of each event; else the different values,
 * the folded ones first, how often and how long before the last event each is folded, and the position
 * of each event's. Where all events have one, that is said once.
 */
export function packKept(
  bytes: number[],
  kept: Kept,
  { last, unitMs }: { readonly last: number; readonly unitMs: number },
): void {
  writeCount(bytes, keeps.indexOf(kept.keep));
  if ('counts' in kept) {
    writeCount(bytes, kept.folded);
    packCounts(bytes, kept.counts);
    return;
  }
  const dictionary = [...new Set([...kept.folded.keys(), ...kept.readings.flat()])];
  const places = new Map(dictionary.map((value, place) => [value, place]));
  writeCount(bytes, dictionary.length);
  for (const value of dictionary) packScalar(bytes, value);
  writeCount(bytes, kept.folded.size);
  for (const { count, at } of kept.folded.values()) {
    writeCount(bytes, count);
    writeCount(bytes, (last - at) / unitMs);
  }
  packCounts(
    bytes,
    kept.readings.map(({ length }) => length),
  );
  for (const value of kept.readings.flat()) writeCount(bytes, places.get(value) ?? 0);
}

function packCounts(bytes: number[], counts: readonly number[]): void {
  const areSingle = counts.every((count) => count === 1);
  writeCount(bytes, areSingle ? 1 : 0);
  if (!areSingle) for (const count of counts) writeCount(bytes, count);
}

function packScalar(bytes: number[], value: Scalar): void {
  if (typeof value === 'string') {
    const text = encoder.encode(value);
    writeCount(bytes, tags.text + text.length);
    for (const byte of text) bytes.push(byte);
  } else if (typeof value === 'boolean') writeCount(bytes, value ? tags.true : tags.false);
  else {
    const { units, scale } = decimalOf(value);
    writeCount(bytes, scale === 0 ? tags.whole : tags.decimal);
    if (scale > 0) writeCount(bytes, scale);
    writeUnits(bytes, units);
  }
}

/** Gives a metric what `packKept` wrote; its times and totals are there already. */
export function unpackKept(
  reader: Reader,
  metric: Metric,
  { pairs, unitMs }: { readonly pairs: number; readonly unitMs: number },
): void {
  const keep = keeps[readCount(reader)];
  if (keep === undefined) throw new RangeError('A packed ledger keeps values in an unknown way');
  const kept = newKept(keep);
  metric.kept = kept;
  if ('counts' in kept) {
    kept.folded = readCount(reader);
    kept.counts.push(...unpackCounts(reader, pairs));
    return;
  }
  const size = readCount(reader);
  const dictionary = Array.from({ length: size }, () => unpackScalar(reader));
  unpackFolded(reader, kept, { dictionary, last: metric.last, unitMs });
  for (const count of unpackCounts(reader, pairs)) {
    const readings: Scalar[] = [];
    for (let index = 0; index < count; index++) {
      readings.push(dictionary[readCount(reader)] ?? '');
    }
    kept.readings.push(readings);
  }
}

function unpackFolded(
  reader: Reader,
  { folded }: KeptScalars,
  from: { readonly dictionary: readonly Scalar[]; readonly last: number; readonly unitMs: number },
): void {
  const size = readCount(reader);
  for (const value of from.dictionary.slice(0, size)) {
    const count = readCount(reader);
    folded.set(value, { count, at: from.last - readCount(reader) * from.unitMs });
  }
}

function unpackCounts(reader: Reader, pairs: number): number[] {
  const areSingle = readCount(reader) === 1;
  return Array.from({ length: pairs }, () => (areSingle ? 1 : readCount(reader)));
}

function unpackScalar(reader: Reader): Scalar {
  const tag = readCount(reader);
  switch (tag) {
    case tags.false:
      return false;
    case tags.true:
      return true;
    case tags.whole:
      return Number(readUnits(reader));
    case tags.decimal: {
      const scale = readCount(reader);
      return decimalNumber(readUnits(reader), scale);
    }
    default: {
      const start = reader.at;
      reader.at += tag - tags.text;
      return decoder.decode(reader.bytes.subarray(start, reader.at));
    }
  }
}

/** The number nearest to a decimal. */
export const decimalNumber = (units: Units, scale: number): number => Number(`${units}e-${scale}`);
