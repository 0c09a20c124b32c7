import type { Instant } from '../time/instant.ts';
import { type Answer, never } from './answer.ts';
import { type EventSpan, type RowSpans, spansOfEvents } from './event-spans.ts';
import { add, type Bounds, boundsAt, type Comparisons, type Units } from './ledger/decimal.ts';
import type { Metric } from './ledger/metric-history.ts';
import {
  amountAt,
  enoughThrough,
  entriesWithin,
  exitsWithin,
  fallsBelow,
  nextBorder,
  type PairView,
  type PairWindow,
} from './pair-window.ts';

/** Sums of a metric whose absolute amounts stay below this are exact as numbers. */
const exact = 2 ** 51;

export type AmountLeaf = {
  readonly window: PairWindow;
  readonly comparisons: Comparisons;
  readonly isSum: boolean;
  /** Whether totals of folded events count: in windows without a far end. */
  readonly countsTotals: boolean;
  /** Conditions on dates of the events, if any. */
  readonly rowSpans: RowSpans | undefined;
};

export type AmountAnswer = (
  metric: Metric,
  timeZone: string,
  now: Instant,
  floor: Instant,
) => Answer;

/** Whether a count or a sum stands within its bounds, and the exact instant at which that turns. */
export function amountAnswer(leaf: AmountLeaf): AmountAnswer {
  const { isSum, countsTotals, window, rowSpans } = leaf;
  const boundsOf = boundsByScale(leaf.comparisons);
  const fallsExactly = exactFall(leaf);
  return (metric, timeZone, now, floor) => {
    const { bounds, low, high } = boundsOf(isSum ? metric.scale : 0);
    const total = countsTotals ? (isSum ? metric.sum : metric.count) : 0;
    if (rowSpans !== undefined || (isSum && metric.magnitude >= exact)) {
      const spans = spansOfEvents({ metric, window, rowSpans, timeZone, floor });
      const amounts = isSum ? metric.values : undefined;
      return sweptAnswer({ spans, amounts, base: total, bounds }, now);
    }
    const { times } = metric;
    // Below `exact` every amount is a number.
    const values = isSum ? (metric.values as readonly number[]) : undefined;
    const base = Number(total);
    const mayJump = !isSum || !metric.hasNegative;
    // From now on events only leave, and none of them raises the amount by that.
    const onlyFalls =
      mayJump && window.open === undefined && (times[times.length - 1] ?? now) <= now;
    if (onlyFalls && fallsExactly !== undefined && floor === Number.NEGATIVE_INFINITY) {
      const belowLow = fallsExactly(metric, low - base, now);
      if (belowLow <= now) return never;
      if (high === Number.POSITIVE_INFINITY) return belowLow;
      return turning(belowLow, fallsExactly(metric, high + 1 - base, now), now);
    }
    const view = { window, times, values, floor, timeZone };
    const bounded: Bounded = { ...view, base, low, high, mayJump };
    return onlyFalls ? fallingAnswer(bounded, now) : steppedAnswer(bounded, now);
  };
}

type NumberBounds = { readonly bounds: Bounds; readonly low: number; readonly high: number };

function boundsByScale(comparisons: Comparisons): (scale: number) => NumberBounds {
  const numbersAt = (scale: number): NumberBounds => {
    const bounds = boundsAt(comparisons, scale);
    return { bounds, low: Number(bounds.low), high: Number(bounds.high) };
  };
  let scaleOf = 0;
  let known = numbersAt(0);
  return (scale) => {
    if (scale !== scaleOf) {
      known = numbersAt(scale);
      scaleOf = scale;
    }
    return known;
  };
}

/**
 * `fallsBelow` for a window that all leave in the order in which they came: undefined for another. Most
 * rules of most people come here, so it makes no object and asks no calendar.
 */
function exactFall({ isSum, window: { close } }: AmountLeaf) {
  if (close !== undefined && close.least !== close.most) return undefined;
  const closeMs = close?.most ?? Number.POSITIVE_INFINITY;
  return ({ times, values }: Metric, low: number, now: Instant): Instant => {
    if (low <= 0) return Number.POSITIVE_INFINITY;
    const border = now - closeMs;
    let deciding = isSum ? times.length : times.length - low;
    for (let inside = 0; isSum && inside < low; ) {
      deciding--;
      if (deciding < 0 || (times[deciding] ?? 0) < border) return Number.NEGATIVE_INFINITY;
      inside += Number(values[deciding]);
    }
    const at = deciding < 0 ? undefined : times[deciding];
    return at === undefined || at < border ? Number.NEGATIVE_INFINITY : at + closeMs + 1;
  };
}

type Bounded = PairView & {
  readonly base: number;
  readonly low: number;
  readonly high: number;
  /** Amounts are not negative: borders that cannot turn the answer are jumped over. */
  readonly mayJump: boolean;
};

function fallingAnswer(bounded: Bounded, now: Instant): Answer {
  const { base, low, high } = bounded;
  const belowLow = fallsTo(bounded, low - base, now);
  if (belowLow <= now) return never;
  if (high === Number.POSITIVE_INFINITY) return belowLow;
  return turning(belowLow, fallsTo(bounded, high + 1 - base, now), now);
}

/** Within its bounds from `notAbove` on, and until `belowLow`, which is still to come. */
function turning(belowLow: Instant, notAbove: Instant, now: Instant): Answer {
  if (notAbove <= now) return belowLow;
  return notAbove < belowLow ? -notAbove : never;
}

const fallsTo = (view: PairView, low: number, now: Instant): Instant =>
  low <= 0 ? Number.POSITIVE_INFINITY : fallsBelow(view, low, now);

/** From border to border, past those that cannot turn the answer. */
function steppedAnswer(bounded: Bounded, now: Instant): Answer {
  const { base, low, high } = bounded;
  let amount = base + amountAt(bounded, now);
  const holds = amount >= low && amount <= high;
  let at = now;
  for (;;) {
    if (bounded.mayJump) at = standsUntil(bounded, amount, at);
    if (at !== Number.POSITIVE_INFINITY) at = nextBorder(bounded, at);
    if (at === Number.POSITIVE_INFINITY) break;
    amount = base + amountAt(bounded, at);
    if ((amount >= low && amount <= high) !== holds) break;
  }
  return holds ? at : -at;
}

/** An instant through which an amount surely stays on its side of the bounds. */
function standsUntil(bounded: Bounded, amount: number, at: Instant): Instant {
  const { low, high } = bounded;
  if (amount < low) return entriesWithin(bounded, at, low - amount - 1);
  if (amount > high) return exitsWithin(bounded, at, amount - high - 1);
  if (high === Number.POSITIVE_INFINITY) return enoughUntil(bounded, amount, at);
  const enough = low <= 0 ? Number.POSITIVE_INFINITY : exitsWithin(bounded, at, amount - low);
  return Math.min(enough, entriesWithin(bounded, at, high - amount));
}

/** Above `low` at `now`, with no upper bound. */
function enoughUntil(bounded: Bounded, amount: number, now: Instant): Instant {
  const { base, low } = bounded;
  if (low <= base) return Number.POSITIVE_INFINITY;
  const first = exitsWithin(bounded, now, amount - low);
  return first === Number.POSITIVE_INFINITY ? first : enoughThrough(bounded, low - base, first);
}

type Swept = {
  readonly spans: readonly EventSpan[];
  readonly amounts: readonly Units[] | undefined;
  readonly base: Units;
  readonly bounds: Bounds;
};

/** The general way: all borders in order of time, with amounts of any size. */
function sweptAnswer({ spans, amounts, base, bounds }: Swept, now: Instant): Answer {
  const borders: { at: Instant; change: Units }[] = [];
  let amount = base;
  for (const { event, first, last } of spans) {
    const value = amounts === undefined ? 1 : (amounts[event] ?? 0);
    if (first <= now && now <= last) amount = add(amount, value);
    if (first > now) borders.push({ at: first, change: value });
    if (last >= now && last !== Number.POSITIVE_INFINITY) {
      borders.push({ at: last + 1, change: -value });
    }
  }
  borders.sort((one, other) => one.at - other.at);
  const holds = (units: Units): boolean => units >= bounds.low && units <= bounds.high;
  const held = holds(amount);
  for (let index = 0; index < borders.length; index++) {
    const { at, change } = borders[index] ?? { at: 0, change: 0 };
    amount = add(amount, change);
    if (borders[index + 1]?.at !== at && holds(amount) !== held) return held ? at : -at;
  }
  return held ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** Nothing was ever done: the answer stands until something is. */
export function emptyAnswer(comparisons: Comparisons): Answer {
  const { low, high } = boundsAt(comparisons, 0);
  return low <= 0 && high >= 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}
