import type { Instant } from '../../time/instant.ts';
import type { Scalar } from '../leaf.ts';
import { add, type Units } from '../ledger/decimal.ts';
import { decimalNumber } from '../ledger/kept-bytes.ts';
import {
  compareScalars,
  type KeptNumbers,
  type KeptScalars,
  type Tally,
} from '../ledger/kept-values.ts';
import type { Metric } from '../ledger/metric-history.ts';
import type { ComputedFunction } from './computed.ts';
import { PriorityQueue } from './priority-queue.ts';

/**
 * A value over the events that count, as they come and go. What it shows is the value itself, but of
 * `daysSince` the instant from which the days are counted.
 */
export type Gauge = {
  readonly add: (event: number) => void;
  readonly remove: (event: number) => void;
  readonly shown: () => Scalar | undefined;
};

/** The gauge of a function, over no single events yet; `countsTotals`: with the folded ones. */
export function gaugeOf(word: ComputedFunction, metric: Metric, countsTotals: boolean): Gauge {
  const { kept } = metric;
  if (word === 'count') return countGauge(countsTotals ? metric.count : 0);
  if (word === 'daysSince') return lastInstantGauge(metric, countsTotals);
  if (kept === undefined) return word === 'sum' ? { ...nothing, shown: () => 0 } : nothing;
  if ('counts' in kept) {
    return kept.keep === 'amounts'
      ? amountGauge({ metric, kept, countsTotals, isAverage: word === 'average' })
      : extremeGauge(metric, kept, countsTotals);
  }
  return kept.keep === 'counts'
    ? frequencyGauge(metric, kept, countsTotals)
    : edgeGauge(metric, kept, countsTotals);
}

const nothing: Gauge = { add: () => {}, remove: () => {}, shown: () => undefined };

function countGauge(base: number): Gauge {
  let count = base;
  return { add: () => void count++, remove: () => void count--, shown: () => count };
}

type Amounts = {
  readonly metric: Metric;
  readonly kept: KeptNumbers;
  readonly countsTotals: boolean;
  readonly isAverage: boolean;
};

function amountGauge({ metric, kept, countsTotals, isAverage }: Amounts): Gauge {
  let sum: Units = countsTotals ? metric.sum : 0;
  let count = countsTotals ? kept.folded : 0;
  const amount = (event: number): Units => metric.values[event] ?? 0;
  return {
    add: (event) => {
      sum = add(sum, amount(event));
      count += kept.counts[event] ?? 0;
    },
    remove: (event) => {
      sum = add(sum, -amount(event));
      count -= kept.counts[event] ?? 0;
    },
    shown: () => {
      if (!isAverage) return decimalNumber(sum, metric.scale);
      return count === 0 ? undefined : quotient(sum, metric.scale, count);
    },
  };
}

/** More digits of a quotient than a number has, beside those of the amounts. */
const quotientDigits = 25;

/** The number nearest to an exact average; one division of exact numbers rounds but once. */
function quotient(units: Units, scale: number, count: number): number {
  const divisor = count * 10 ** scale;
  if (typeof units === 'number' && scale <= 22 && divisor < 2 ** 53) return units / divisor;
  const finer = BigInt(units) * 10n ** BigInt(quotientDigits);
  return decimalNumber(finer / BigInt(count), scale + quotientDigits);
}

/**
 * The best of some candidates, best first, that counts now; a candidate is an event, or none for what
 * is folded, which always counts.
 */
function rankedGauge(
  ranked: readonly { readonly event: number | undefined; readonly shown: Scalar }[],
): Gauge {
  /** By event; what is folded is never looked for. */
  const places: number[] = [];
  const counts = ranked.map(({ event }, place) => {
    if (event !== undefined) places[event] = place;
    return event === undefined;
  });
  let best = 0;
  return {
    add: (event) => {
      const place = places[event];
      if (place === undefined) return;
      counts[place] = true;
      best = Math.min(best, place);
    },
    remove: (event) => {
      const place = places[event];
      if (place !== undefined) counts[place] = false;
    },
    shown: () => {
      while (best < ranked.length && counts[best] !== true) best++;
      return ranked[best]?.shown;
    },
  };
}

function lastInstantGauge(metric: Metric, countsTotals: boolean): Gauge {
  const events = metric.times.map((shown, event) => ({ event, shown }));
  const folded = countsTotals && metric.count > 0 ? [{ event: undefined, shown: metric.last }] : [];
  return rankedGauge([...events, ...folded].sort((one, other) => other.shown - one.shown));
}

function extremeGauge(metric: Metric, kept: KeptNumbers, countsTotals: boolean): Gauge {
  const events = metric.values.map((units, event) => ({ event, units }));
  const having = events.filter(({ event }) => (kept.counts[event] ?? 0) > 0);
  const folded = countsTotals && kept.folded > 0 ? [{ event: undefined, units: metric.sum }] : [];
  const order = kept.keep === 'minimum' ? 1 : -1;
  const ranked = [...having, ...folded].sort(
    ({ units: one }, { units: other }) => order * (one < other ? -1 : one > other ? 1 : 0),
  );
  return rankedGauge(
    ranked.map(({ event, units }) => ({ event, shown: decimalNumber(units, metric.scale) })),
  );
}

function edgeGauge(metric: Metric, kept: KeptScalars, countsTotals: boolean): Gauge {
  const events = kept.readings.flatMap(([shown], event) =>
    shown === undefined ? [] : [{ event, shown, at: metric.times[event] ?? 0 }],
  );
  const folded = [...(countsTotals ? kept.folded : [])].map(([shown, { at }]) => ({
    event: undefined,
    shown,
    at,
  }));
  const order = kept.keep === 'first' ? 1 : -1;
  const ranked = [...events, ...folded].sort(
    (one, other) => order * (one.at - other.at) || compareScalars(one.shown, other.shown),
  );
  return rankedGauge(ranked);
}

/** A value's single events in order of time, and how many occurrences count now. */
type Occurrences = {
  readonly folded: Tally | undefined;
  readonly events: number[];
  count: number;
  /** How often the count has changed: what was ranked before is out of date. */
  changes: number;
};

/** A value as it stood when it was ranked. */
type Ranked = {
  readonly value: Scalar;
  readonly of: Occurrences;
  readonly count: number;
  readonly changes: number;
  readonly last: Instant;
};

/** Of equals the one done last, then the first by text order. */
const isMoreFrequent = (one: Ranked, other: Ranked): boolean => {
  if (one.count !== other.count) return one.count > other.count;
  if (one.last !== other.last) return one.last > other.last;
  return compareScalars(one.value, other.value) < 0;
};

function frequencyGauge(metric: Metric, kept: KeptScalars, countsTotals: boolean): Gauge {
  const values = new Map<Scalar, Occurrences>();
  const counting = new Set<number>();
  for (const [value, folded] of countsTotals ? kept.folded : []) {
    values.set(value, { folded, events: [], count: folded.count, changes: 0 });
  }
  kept.readings.forEach((readings, event) => {
    for (const value of readings) {
      const known = values.get(value) ?? {
        folded: undefined,
        events: [],
        count: 0,
        changes: 0,
      };
      known.events.push(event);
      values.set(value, known);
    }
  });
  const lastOf = ({ folded, events }: Occurrences): Instant => {
    const event = events.findLast((one) => counting.has(one));
    const at = event === undefined ? undefined : metric.times[event];
    return Math.max(at ?? Number.NEGATIVE_INFINITY, folded?.at ?? Number.NEGATIVE_INFINITY);
  };
  const ranked = (value: Scalar, of: Occurrences): Ranked => {
    const { count, changes } = of;
    return { value, of, count, changes, last: lastOf(of) };
  };
  /** From the second look on: one alone is done faster without. */
  let ranking: PriorityQueue<Ranked> | undefined;
  let looks = 0;
  const change = (event: number, by: 1 | -1): void => {
    for (const value of kept.readings[event] ?? []) {
      const known = values.get(value);
      if (known === undefined) continue;
      known.count += by;
      known.changes += 1;
      if (known.count > 0) ranking?.put(ranked(value, known));
    }
  };
  const shown = (): Scalar | undefined => {
    looks += 1;
    if (looks === 1) return mostFrequent(values, lastOf);
    if (ranking === undefined) {
      ranking = new PriorityQueue(isMoreFrequent);
      for (const [value, of] of values) if (of.count > 0) ranking.put(ranked(value, of));
    }
    for (let best = ranking.first(); best !== undefined; best = ranking.first()) {
      if (best.of.changes === best.changes) return best.value;
      ranking.takeFirst();
    }
    return undefined;
  };
  return {
    add: (event) => {
      counting.add(event);
      change(event, 1);
    },
    remove: (event) => {
      counting.delete(event);
      change(event, -1);
    },
    shown,
  };
}

/** Of equals the one done last, then the first by text order. */
function mostFrequent(
  values: ReadonlyMap<Scalar, Occurrences>,
  lastOf: (occurrences: Occurrences) => Instant,
): Scalar | undefined {
  let best: { readonly value: Scalar; readonly of: Occurrences } | undefined;
  for (const [value, of] of values) {
    if (of.count === 0 || of.count < (best?.of.count ?? 0)) continue;
    if (best === undefined || of.count > best.of.count) best = { value, of };
    else {
      const later = lastOf(of) - lastOf(best.of);
      if (later > 0 || (later === 0 && compareScalars(value, best.value) < 0)) best = { value, of };
    }
  }
  return best?.value;
}
