import { dayMs } from '../../time/calendar.ts';
import type { Instant } from '../../time/instant.ts';
import { add, type Decimal, rescale, zero } from '../ledger/decimal.ts';
import { readCount, readUnits, writeCount, writeUnits } from '../ledger/packed.ts';
import {
  addToSketch,
  mergeSketch,
  newSketch,
  type QuantileSketch,
  quantiles,
  readSketch,
  sketchSize,
  writeSketch,
} from './quantile-sketch.ts';
import type { RfmCuts } from './rfm.ts';
import { frequencyMonetaryScore } from './rfm-cell.ts';
import type { RfmFigures, RfmScores } from './rfm-scores.ts';

/** What is in one cell of the 5 x 5 map. */
export type RfmShare = { count: number; money: Decimal };

/**
 * What a pass over everybody finds of all customers: tomorrow's borders as sketches, and today's map
 * by recency (5 rows, score 1 first) and frequency and money (5 columns). Changed in place.
 */
export type RfmTally = {
  readonly recencyMs: QuantileSketch;
  readonly orders: QuantileSketch;
  readonly money: QuantileSketch;
  readonly map: readonly RfmShare[];
};

export const emptyShare = (): RfmShare => ({ count: 0, money: zero });

const cells = 25;

export const newTally = (): RfmTally => ({
  recencyMs: newSketch(),
  orders: newSketch(),
  money: newSketch(),
  map: Array.from({ length: cells }, emptyShare),
});

/** How many customers were counted. */
export const tallySize = ({ orders }: RfmTally): number => sketchSize(orders);

/** Counts one customer; without scores (no cuts are in force yet) the map stays as it is. */
export function addToTally(
  tally: RfmTally,
  figures: RfmFigures,
  { now, scores }: { readonly now: Instant; readonly scores: RfmScores | undefined },
): void {
  const { orders, units, scale, last } = figures;
  addToSketch(tally.recencyMs, now - last);
  addToSketch(tally.orders, orders);
  addToSketch(tally.money, numberOf({ units, scale }));
  if (scores === undefined) return;
  const { recency, frequency, monetary } = scores;
  const share = tally.map[mapPosition(recency, frequencyMonetaryScore(frequency, monetary))];
  if (share === undefined) throw new RangeError('Scores are 1 to 5');
  addShare(share, { count: 1, money: { units, scale } });
}

/** Where a cell stands in the map of a tally. */
export const mapPosition = (recency: number, frequencyMonetary: number): number =>
  (recency - 1) * 5 + frequencyMonetary - 1;

/** Adds what another tally has counted. */
export function mergeTally(tally: RfmTally, other: RfmTally): void {
  mergeSketch(tally.recencyMs, other.recencyMs);
  mergeSketch(tally.orders, other.orders);
  mergeSketch(tally.money, other.money);
  for (const [position, share] of tally.map.entries()) {
    addShare(share, other.map[position] ?? emptyShare());
  }
}

/** Adds who is in another cell, with their money. */
export function addShare(share: RfmShare, { count, money }: RfmShare): void {
  share.count += count;
  share.money = sum(share.money, money);
}

/** All that the parts of a pass have counted; a part without a tally has counted nobody. */
export function wholeTally(packed: readonly (Uint8Array | undefined)[]): RfmTally {
  const tally = newTally();
  for (const bytes of packed) if (bytes !== undefined) mergeTally(tally, unpackTally(bytes));
  return tally;
}

const fifths = [0.2, 0.4, 0.6, 0.8];

/**
 * The borders between the fifths of all customers; undefined of nobody. A border is never below the
 * exact one and less than 1 % above it; up to 100 orders it is the exact one.
 */
export function cutsOf(tally: RfmTally): RfmCuts | undefined {
  if (tallySize(tally) === 0) return undefined;
  return {
    // Whole borders of at most four digits in days: what is shown is what counts.
    recencyMs: quantiles(tally.recencyMs, fifths).map((ms) =>
      Math.round(roundedUp(ms / dayMs) * dayMs),
    ),
    frequency: quantiles(tally.orders, fifths).map((orders) => Math.floor(orders)),
    monetary: quantiles(tally.money, fifths).map(roundedUp),
  };
}

/** To four significant digits: at most 0.1 % more. */
function roundedUp(value: number): number {
  if (value === 0) return 0;
  const digits = Math.floor(Math.log10(Math.abs(value))) - 3;
  // A quotient may stand a hair above the whole number that it is.
  const shown = Number(value.toPrecision(4));
  return shown >= value ? shown : Number(`${Math.round(shown / 10 ** digits) + 1}e${digits}`);
}

/** The nearest number. */
export const numberOf = ({ units, scale }: Decimal): number =>
  scale === 0 ? Number(units) : Number(`${units}e-${scale}`);

function sum(one: Decimal, other: Decimal): Decimal {
  const scale = Math.max(one.scale, other.scale);
  const units = add(rescale(one.units, one.scale, scale), rescale(other.units, other.scale, scale));
  return { units, scale };
}

const version = 1;

/** A part of a pass keeps it so: some kilobytes, 60 at the very most. */
export function packTally({ recencyMs, orders, money, map }: RfmTally): Uint8Array {
  const bytes = [version];
  for (const sketch of [recencyMs, orders, money]) writeSketch(bytes, sketch);
  for (const share of map) {
    writeCount(bytes, share.count);
    writeCount(bytes, share.money.scale);
    writeUnits(bytes, share.money.units);
  }
  return Uint8Array.from(bytes);
}

/** Throws on bytes that `packTally` did not write. */
export function unpackTally(bytes: Uint8Array): RfmTally {
  if (bytes[0] !== version) throw new RangeError(`Unknown version ${bytes[0]} of a packed tally`);
  const reader = { bytes, at: 1 };
  const sketches = { recencyMs: readSketch(reader), orders: readSketch(reader) };
  const money = readSketch(reader);
  const map = Array.from({ length: cells }, (): RfmShare => {
    const count = readCount(reader);
    const scale = readCount(reader);
    return { count, money: { units: readUnits(reader), scale } };
  });
  return { ...sketches, money, map };
}
