import type { Instant } from '../time/instant.ts';
import { type Answer, never } from './answer.ts';
import { add, type Bounds, boundsAt, type Comparisons, type Units } from './decimal.ts';
import { type EventSpan, type RowSpans, spansOfEvents } from './event-spans.ts';
import type { Metric } from './metric-history.ts';
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
  const boundsOf = boundsByScale(leaf.comparisons);
  return (metric, timeZone, now, floor) => {
    const { isSum, countsTotals, window, rowSpans } = leaf;
    const base = countsTotals ? (isSum ? metric.sum : metric.count) : 0;
    const bounds = boundsOf(isSum ? metric.scale : 0);
    if (rowSpans !== undefined || (isSum && metric.magnitude >= exact)) {
      const spans = spansOfEvents({ metric, window, rowSpans, timeZone, floor });
      const amounts = isSum ? metric.values : undefined;
      return sweptAnswer({ spans, amounts, base, bounds }, now);
    }
    // Below `exact` every amount is a number.
    const values = isSum ? (metric.values as readonly number[]) : undefined;
    const bounded: Bounded = {
      window,
      times: metric.times,
      values,
      floor,
      timeZone,
      base: Number(base),
      low: Number(bounds.low),
      high: Number(bounds.high),
      mayJump: !isSum || !metric.hasNegative,
    };
    return onlyFalls(bounded, now) ? fallingAnswer(bounded, now) : steppedAnswer(bounded, now);
  };
}

function boundsByScale(comparisons: Comparisons): (scale: number) => Bounds {
  let scaleOf = 0;
  let bounds = boundsAt(comparisons, 0);
  return (scale) => {
    if (scale !== scaleOf) {
      bounds = boundsAt(comparisons, scale);
      scaleOf = scale;
    }
    return bounds;
  };
}

type Bounded = PairView & {
  readonly base: number;
  readonly low: number;
  readonly high: number;
  /** Amounts are not negative: borders that cannot turn the answer are jumped over. */
  readonly mayJump: boolean;
};

/** Whether from now on events only leave, and none of them raises the amount by that. */
const onlyFalls = ({ window, times, mayJump }: Bounded, now: Instant): boolean =>
  mayJump && window.open === undefined && (times[times.length - 1] ?? now) <= now;

function fallingAnswer(bounded: Bounded, now: Instant): Answer {
  const { base, low, high } = bounded;
  const belowLow = fallsTo(bounded, low - base, now);
  if (belowLow <= now) return never;
  if (high === Number.POSITIVE_INFINITY) return belowLow;
  const notAbove = fallsTo(bounded, high + 1 - base, now);
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
