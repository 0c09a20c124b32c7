import { dayMs } from '../time/calendar.ts';
import {
  addDuration,
  type Duration,
  durationIn,
  maxMs,
  minMs,
  parseDuration,
} from '../time/duration.ts';
import type { Instant } from '../time/instant.ts';
import { offsetSpread, widestSpreadMs } from '../time/zone.ts';

/**
 * A window over events: an event at `t` is inside from its entry (`t`, or right after `t + open`)
 * until right after `t + close`. Calendar sums are not monotone in `t`; `least` and `most` bound
 * them, so that only events near a border are added up on the calendar.
 */
export type PairWindow = { readonly open: Border | undefined; readonly close: Border | undefined };

type Border = { readonly duration: Duration; readonly least: number; readonly most: number };

/** Events of one metric as seen by one leaf. */
export type PairView = {
  readonly window: PairWindow;
  /** Ascending. */
  readonly times: readonly Instant[];
  /** The amount of each event; undefined: each counts 1. */
  readonly values: readonly number[] | undefined;
  /** Events before this instant are not looked at. */
  readonly floor: Instant;
  readonly timeZone: string;
};

export type WindowWords = {
  readonly within?: string | undefined;
  readonly olderThan?: string | undefined;
  readonly between?: readonly [string, string] | undefined;
};

/** The window that the words open on the calendar of a zone, or of any for `person`. */
export function pairWindow(words: WindowWords, timeZone: string): PairWindow {
  const { within, olderThan, between } = words;
  const open = between?.[1] ?? olderThan;
  const close = between?.[0] ?? within;
  return { open: borderOf(open, timeZone), close: borderOf(close, timeZone) };
}

function borderOf(text: string | undefined, timeZone: string): Border | undefined {
  if (text === undefined) return undefined;
  const duration = durationIn(parseDuration(text), timeZone);
  return { duration, least: minMs(duration), most: maxMs(duration) };
}

/** The first instant at which an event is inside. */
export const entry = ({ open }: PairWindow, at: Instant, timeZone: string): Instant =>
  open === undefined ? at : addDuration(at, open.duration, timeZone) + 1;

/** The first instant at which an event is no longer inside. */
export const exit = ({ close }: PairWindow, at: Instant, timeZone: string): Instant =>
  close === undefined ? Number.POSITIVE_INFINITY : addDuration(at, close.duration, timeZone) + 1;

/** How many times lie before `instant`. */
export function timesBefore(times: readonly Instant[], instant: Instant): number {
  let low = 0;
  let high = times.length;
  if (high === 0 || (times[high - 1] ?? 0) < instant) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The amount inside the window at an instant: events surely inside at once, those near a border one by one. */
export function amountAt(view: PairView, now: Instant): number {
  const { window, times, values } = view;
  const { open, close } = window;
  const start = view.floor === Number.NEGATIVE_INFINITY ? 0 : timesBefore(times, view.floor);
  let from = start;
  let sureFrom = start;
  if (close !== undefined) {
    from = Math.max(start, timesBefore(times, now - close.most));
    sureFrom = from;
    while (sureFrom < times.length && (times[sureFrom] ?? 0) < now - close.least) sureFrom++;
  }
  const sureTo = timesBefore(times, open === undefined ? now + 1 : now - open.most);
  let to = sureTo;
  if (open !== undefined) {
    while (to < times.length && (times[to] ?? 0) < now - open.least) to++;
  }
  if (sureFrom > sureTo) return checkedAmount(view, from, to, now);
  let amount = values === undefined ? sureTo - sureFrom : total(values, sureFrom, sureTo);
  if (from < sureFrom) amount += checkedAmount(view, from, sureFrom, now);
  if (to > sureTo) amount += checkedAmount(view, Math.max(sureTo, start), to, now);
  return amount;
}

/**
 * An instant, not before `now`, through which the amount surely inside is at least `low`; amounts are
 * not negative. Entries are taken as late and exits as early as the calendar can make them.
 */
export function enoughThrough(view: PairView, low: number, now: Instant): Instant {
  const { times, values, floor } = view;
  const { open, close } = view.window;
  if (close === undefined) return Number.POSITIVE_INFINITY;
  let leaving = timesBefore(times, Math.max(floor, now - close.least));
  let entering = Math.max(
    leaving,
    timesBefore(times, open === undefined ? now + 1 : now - open.most),
  );
  let sure = values === undefined ? entering - leaving : total(values, leaving, entering);
  const delay = open === undefined ? 0 : open.most + 1;
  let through = now;
  while (sure >= low) {
    if (leaving === times.length) return Number.POSITIVE_INFINITY;
    through = (times[leaving] ?? 0) + close.least;
    for (; entering < times.length && (times[entering] ?? 0) + delay <= through + 1; entering++) {
      sure += values === undefined ? 1 : (values[entering] ?? 0);
    }
    if (entering > leaving) sure -= values === undefined ? 1 : (values[leaving] ?? 0);
    else entering++;
    leaving++;
  }
  return Math.max(now, through);
}

/**
 * The first instant from which less than `low` is inside, when every event has entered and amounts are
 * not negative; -Infinity where that is surely not after `now`. Only events that may leave out of turn
 * with the one that decides are added up on the calendar.
 */
export function fallsBelow(view: PairView, low: number, now: Instant): Instant {
  const { times, values, floor } = view;
  const { close } = view.window;
  const border = close === undefined ? floor : Math.max(floor, now - close.most);
  let deciding = values === undefined ? times.length - low : times.length;
  let inside = values === undefined ? low : 0;
  while (values !== undefined && inside < low && deciding > 0) {
    deciding--;
    if ((times[deciding] ?? 0) < border) return Number.NEGATIVE_INFINITY;
    inside += values[deciding] ?? 0;
  }
  const at = times[deciding];
  if (inside < low || at === undefined || at < border) return Number.NEGATIVE_INFINITY;
  if (close === undefined) return Number.POSITIVE_INFINITY;
  if (close.least === close.most) return at + close.most + 1;
  const slack = slackAround(at, close, view.timeZone);
  let from = deciding;
  while ((times[from - 1] ?? Number.NEGATIVE_INFINITY) >= Math.max(floor, at - slack)) from--;
  let to = deciding + 1;
  while ((times[to] ?? Number.POSITIVE_INFINITY) <= at + slack) to++;
  const isAlone = times[from] === times[to - 1];
  if (isAlone) return exit(view.window, at, view.timeZone);
  const sure = inside - (values === undefined ? to - deciding : total(values, deciding, to));
  return lastExit(view, { from, to }, low - sure);
}

/** How far apart events near `at` must be to leave in the order in which they came. */
function slackAround(at: Instant, { least, most }: Border, timeZone: string): number {
  const widest = most - least;
  const margin = widest + dayMs;
  const spread = offsetSpread(at - margin, at + most + margin, timeZone);
  // `least` and `most` reckon with offsets that differ by `widestSpreadMs`.
  return Math.max(0, widest - 2 * (widestSpreadMs - spread));
}

/** When less than `low` is left of a few events, taken in the order in which the calendar lets them go. */
function lastExit(view: PairView, { from, to }: Range, low: number): Instant {
  const exits = view.times.slice(from, to).map((at, index) => ({
    at: exit(view.window, at, view.timeZone),
    amount: view.values === undefined ? 1 : (view.values[from + index] ?? 0),
  }));
  exits.sort((one, other) => other.at - one.at);
  let left = 0;
  for (const { at, amount } of exits) {
    left += amount;
    if (left >= low) return at;
  }
  throw new Error('The event that decides is among those that are looked at');
}

type Range = { readonly from: number; readonly to: number };

function total(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let index = from; index < to; index++) sum += values[index] ?? 0;
  return sum;
}

function checkedAmount(view: PairView, from: number, to: number, now: Instant): number {
  const { open, close } = view.window;
  let amount = 0;
  for (let index = from; index < to; index++) {
    const at = view.times[index] ?? 0;
    const isNear = open === undefined || at >= now - open.most;
    if (isNear && entry(view.window, at, view.timeZone) > now) continue;
    const isFar = close !== undefined && at < now - close.least;
    if (isFar && exit(view.window, at, view.timeZone) <= now) continue;
    amount += view.values === undefined ? 1 : (view.values[index] ?? 0);
  }
  return amount;
}

/** The first instant after `now` at which some event enters or leaves. */
export const nextBorder = (view: PairView, now: Instant): Instant =>
  Math.min(nextEntry(view, now), nextExit(view, now));

function nextEntry({ window, times, floor, timeZone }: PairView, now: Instant): Instant {
  const { open } = window;
  const past = open === undefined ? now + 1 : now - open.most;
  let index = timesBefore(times, Math.max(floor, past));
  if (open === undefined) return times[index] ?? Number.POSITIVE_INFINITY;
  let next = Number.POSITIVE_INFINITY;
  for (; index < times.length && (times[index] ?? 0) + open.least < next; index++) {
    const enters = entry(window, times[index] ?? 0, timeZone);
    if (enters > now && enters < next) next = enters;
  }
  return next;
}

function nextExit({ window, times, floor, timeZone }: PairView, now: Instant): Instant {
  const { close } = window;
  let next = Number.POSITIVE_INFINITY;
  if (close === undefined) return next;
  let index = timesBefore(times, Math.max(floor, now - close.most));
  for (; index < times.length && (times[index] ?? 0) + close.least < next; index++) {
    const leaves = exit(window, times[index] ?? 0, timeZone);
    if (leaves > now && leaves < next) next = leaves;
  }
  return next;
}

/** An instant until which what leaves after `now` is surely not more than `budget`; amounts are not negative. */
export function exitsWithin(view: PairView, now: Instant, budget: number): Instant {
  const { close } = view.window;
  if (close === undefined || budget === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const from = timesBefore(view.times, Math.max(view.floor, now - close.most));
  const index = indexBeyond(view.values, from, budget);
  const at = view.times[index];
  return at === undefined ? Number.POSITIVE_INFINITY : Math.max(now, at + close.least);
}

/** The same for what enters. */
export function entriesWithin(view: PairView, now: Instant, budget: number): Instant {
  const { open } = view.window;
  if (budget === Number.POSITIVE_INFINITY) return budget;
  const past = open === undefined ? now + 1 : now - open.most;
  const from = timesBefore(view.times, Math.max(view.floor, past));
  const index = indexBeyond(view.values, from, budget);
  const at = view.times[index];
  if (at === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(now, open === undefined ? at - 1 : at + open.least);
}

/** The event whose amount, added to those from `from` on, exceeds the budget. */
function indexBeyond(values: readonly number[] | undefined, from: number, budget: number): number {
  if (values === undefined) return from + budget;
  let spent = 0;
  let index = from;
  while (index < values.length) {
    spent += values[index] ?? 0;
    if (spent > budget) break;
    index++;
  }
  return index;
}
