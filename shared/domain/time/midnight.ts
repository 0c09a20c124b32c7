import { civilDay, localDay, startOfDay } from './calendar.ts';
import type { Instant } from './instant.ts';

/**
 * The first instant of a day to come. A midnight that the clock skips is the first instant after the
 * gap, and one that it shows twice is the earlier: every day begins once.
 */
export function nextMidnight(now: Instant, timeZone: string): Instant {
  for (let day = localDay(now, timeZone) + 1; ; day += 1) {
    const start = startOfDay(day, timeZone);
    if (start > now) return start;
  }
}

/** A day that is over: its date, `YYYY-MM-DD`, and the instant at which it ended. */
export type WholeDay = { readonly date: string; readonly endedAt: Instant };

/**
 * The last day that is over at an instant, and the instant of its end. A day that a zone has left out
 * (Samoa had no 30 December 2011) never was one.
 */
export function lastWholeDay(now: Instant, timeZone: string): WholeDay {
  const endedAt = startOfDay(localDay(now, timeZone), timeZone);
  return { date: localDate(endedAt - 1, timeZone), endedAt };
}

/** The date, `YYYY-MM-DD`, that a zone's calendar shows at an instant. */
export function localDate(instant: Instant, timeZone: string): string {
  const { year, month, day } = civilDay(localDay(instant, timeZone));
  const two = (part: number) => String(part).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}
