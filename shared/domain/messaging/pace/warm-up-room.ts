import { dayNumber, localDay } from '../../time/calendar.ts';
import { localDate, nextMidnight } from '../../time/midnight.ts';
import type { WarmUp } from '../policy/warm-up.ts';

/** A day of a new sender, by the company's calendar: how many marketing emails it may send, and when the next begins (ms). */
export type WarmUpDay = {
  readonly date: string;
  readonly limit: number;
  readonly nextAt: number;
};

/** The day of the curve on which an instant falls; undefined before its first and after its last. */
export function warmUpDay(
  warmUp: WarmUp | undefined,
  now: number,
  timeZone: string,
): WarmUpDay | undefined {
  if (warmUp === undefined) return undefined;
  const limit = warmUp.curve[localDay(now, timeZone) - firstDay(warmUp)];
  return limit === undefined
    ? undefined
    : { date: localDate(now, timeZone), limit, nextAt: nextMidnight(now, timeZone) };
}

function firstDay({ from }: WarmUp): number {
  const [year = 0, month = 0, day = 0] = from.split('-').map(Number);
  return dayNumber(year, month, day);
}

/** The least of a limit that is worth a counter of its own. */
const counterLimit = 1000;
const maxCounters = 8;

/** A day's limit cut into the shares of its counters: they add up to it, so no race can pass it. */
export function sharesOf(limit: number): readonly number[] {
  const counters = Math.max(1, Math.min(maxCounters, Math.floor(limit / counterLimit)));
  const share = Math.floor(limit / counters);
  const over = limit - share * counters;
  return Array.from({ length: counters }, (_, index) => share + (index < over ? 1 : 0));
}

/**
 * The counter to take from and how many of the emails wanted: the one with most room. Undefined when
 * the day is full. What was counted beyond the shares, by transactional emails or while the curve was
 * another, leaves that much less.
 */
export function warmUpRoom(
  limit: number,
  counts: ReadonlyMap<number, number>,
  wanted: number,
): { readonly counter: number; readonly messages: number } | undefined {
  const left = limit - [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rooms = sharesOf(limit).map((share, counter) => ({
    counter,
    messages: Math.min(wanted, left, share - (counts.get(counter) ?? 0)),
  }));
  const best = rooms.reduce((one, other) => (other.messages > one.messages ? other : one));
  return best.messages < 1 ? undefined : best;
}
