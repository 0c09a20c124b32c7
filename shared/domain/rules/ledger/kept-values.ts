import type { Instant } from '../../time/instant.ts';
import type { Scalar } from '../leaf.ts';
import { add, type Decimal, decimalOf, rescale, type Units, zero } from './decimal.ts';

/** What a metric keeps of a property's values; the first three of its numbers alone. */
export const keeps = ['amounts', 'minimum', 'maximum', 'first', 'last', 'counts'] as const;
export type Keep = (typeof keeps)[number];

/** The property whose values a metric keeps, and in which way. */
export type ValuesSpec = { readonly property: string; readonly keep: Keep };

/** The numbers of events. Beside them `Metric.values` holds each event's sum or extreme, `Metric.sum` that of folded ones. */
export type KeptNumbers = {
  readonly keep: 'amounts' | 'minimum' | 'maximum';
  /** How many numbers are folded. */
  folded: number;
  /** Beside `times`: how many numbers each event has. */
  readonly counts: number[];
};

export type Tally = { readonly count: number; readonly at: Instant };

/** The values of events, whatever they are. */
export type KeptScalars = {
  readonly keep: 'first' | 'last' | 'counts';
  /** How often each value is folded, and when last; of `first` and `last` that one alone. */
  readonly folded: Map<Scalar, Tally>;
  /** Beside `times`. */
  readonly readings: (readonly Scalar[])[];
};

export type Kept = KeptNumbers | KeptScalars;

/**
 * Different values kept of one metric, folded and single each. Of folded ones those counted least go
 * first (of these the one done longest ago), of single ones those done longest ago.
 */
export const maxKeptValues = 200;

/** Longer texts are cut: two that begin alike are one value. */
export const maxKeptCharacters = 200;

export const newKept = (keep: Keep): Kept =>
  keep === 'first' || keep === 'last' || keep === 'counts'
    ? { keep, folded: new Map(), readings: [] }
    : { keep, folded: 0, counts: [] };

/** A text, a number, true or false, as it is kept; undefined for anything else. */
export function keptScalar(value: unknown): Scalar | undefined {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'boolean') return value;
  // -0 is 0.
  return typeof value === 'number' && Number.isFinite(value) ? value + 0 : undefined;
}

/** No half of a surrogate pair is left over: bytes could not hold it. */
const cut = (text: string): string =>
  (text.length <= maxKeptCharacters
    ? text
    : text.slice(0, maxKeptCharacters).replace(/[\uD800-\uDBFF]$/, '')
  ).toWellFormed();

/** The order in which equals are told apart: as texts, then by type. */
export function compareScalars(one: Scalar, other: Scalar): number {
  const [text, otherText] = [String(one), String(other)];
  if (text !== otherText) return text < otherText ? -1 : 1;
  const [type, otherType] = [typeof one, typeof other];
  return type === otherType ? 0 : type < otherType ? -1 : 1;
}

/** The sum or the extreme of an event's numbers, and how many there are. */
export function amountOf(
  keep: KeptNumbers['keep'],
  values: readonly Scalar[],
): { readonly amount: Decimal; readonly count: number } {
  const [first, ...others] = values.filter((value) => typeof value === 'number').map(decimalOf);
  if (first === undefined) return { amount: zero, count: 0 };
  const amount = others.reduce((sofar, next): Decimal => {
    const scale = Math.max(sofar.scale, next.scale);
    const one = rescale(sofar.units, sofar.scale, scale);
    return { units: combined(keep, one, rescale(next.units, next.scale, scale)), scale };
  }, first);
  return { amount, count: others.length + 1 };
}

function combined(keep: KeptNumbers['keep'], one: Units, other: Units): Units {
  switch (keep) {
    case 'amounts':
      return add(one, other);
    case 'minimum':
      return other < one ? other : one;
    case 'maximum':
      return other > one ? other : one;
  }
}

/** What remains of an event's values. */
export function readingsOf(
  keep: KeptScalars['keep'],
  values: readonly Scalar[],
): readonly Scalar[] {
  if (keep === 'counts') return values;
  return keep === 'first' ? values.slice(0, 1) : values.slice(-1);
}

/** Folds an event's numbers; answers the new amount of all that is folded. */
export function foldAmount(
  kept: KeptNumbers,
  folded: Units,
  event: { readonly amount: Units; readonly count: number },
): Units {
  if (event.count === 0) return folded;
  const amount = kept.folded === 0 ? event.amount : combined(kept.keep, folded, event.amount);
  kept.folded += event.count;
  return amount;
}

/** Folds the oldest events' values, given their instants. */
export function foldReadings(kept: KeptScalars, times: readonly Instant[]): void {
  const readings = kept.readings.splice(0, times.length);
  times.forEach((at, event) => {
    for (const value of readings[event] ?? []) foldReading(kept, value, at);
  });
  if (kept.folded.size > maxKeptValues) trimFolded(kept, maxKeptValues);
}

function foldReading({ keep, folded }: KeptScalars, value: Scalar, at: Instant): void {
  if (keep === 'counts') {
    const tally = folded.get(value);
    const last = Math.max(at, tally?.at ?? at);
    folded.set(value, { count: (tally?.count ?? 0) + 1, at: last });
    return;
  }
  const [known] = folded;
  if (known !== undefined && !comesBefore(keep, { value, at }, known)) return;
  folded.clear();
  folded.set(value, { count: 1, at });
}

/** Whether an event is rather the first, or the last, than the one known; of one instant by the order of values. */
function comesBefore(
  keep: 'first' | 'last',
  { value, at }: { readonly value: Scalar; readonly at: Instant },
  [known, tally]: readonly [Scalar, Tally],
): boolean {
  if (at === tally.at) return compareScalars(value, known) < 0;
  return keep === 'first' ? at < tally.at : at > tally.at;
}

/** Forgets the folded values that are counted least. */
export function trimFolded({ folded }: KeptScalars, size: number): void {
  const ranked = [...folded].sort(
    ([one, a], [other, b]) => b.count - a.count || b.at - a.at || compareScalars(one, other),
  );
  for (const [value] of ranked.slice(size)) folded.delete(value);
}

/** Forgets the values of single events that were done longest ago, where there are too many. */
export function capReadings({ readings }: KeptScalars): void {
  if (readings.length <= maxKeptValues && readings.every(({ length }) => length <= 1)) return;
  const latest = new Map<Scalar, number>();
  readings.forEach((ofEvent, event) => {
    for (const value of ofEvent) latest.set(value, event);
  });
  if (latest.size <= maxKeptValues) return;
  const ranked = [...latest].sort(([one, a], [other, b]) => b - a || compareScalars(one, other));
  const kept = new Set(ranked.slice(0, maxKeptValues).map(([value]) => value));
  readings.forEach((ofEvent, event) => {
    readings[event] = ofEvent.filter((value) => kept.has(value));
  });
}
