import { Cron as WallClock } from 'croner';
import { fromLocal, toLocal } from './zone.ts';

/** A cron that was read; `wall` tells its next wall-clock reading, written as if the clock were UTC's. */
export type Cron = {
  /** EventBridge's six fields, as they were written. */
  readonly expression: string;
  readonly wall: WallClock;
};

export type CronResult =
  | { readonly ok: true; readonly cron: Cron }
  | { readonly ok: false; readonly message: string };

const value = String.raw`(?:\*|\d+(?:-\d+)?)(?:/\d+)?`;
const months = 'JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC';
const days = 'SUN|MON|TUE|WED|THU|FRI|SAT|[1-7]';
const list = (item: string) => `${item}(?:,${item})*`;

/** What stands in each field, by the reference of EventBridge's cron expressions. */
const fields = [
  { name: 'minute', shape: list(value), example: '0 to 59' },
  { name: 'hour', shape: list(value), example: '0 to 23' },
  {
    name: 'day of month',
    shape: `[?L]|LW|\\d+W|${list(value)}`,
    example: '1 to 31, ?, L, LW or 15W',
  },
  {
    name: 'month',
    shape: list(`(?:${value}|(?:${months})(?:-(?:${months}))?(?:/\\d+)?)`),
    example: '1 to 12 or JAN to DEC',
  },
  {
    name: 'day of week',
    shape: `[?L]|(?:${days})L|(?:${days})#[1-5]|${list(`(?:\\*|(?:${days})(?:-(?:${days}))?)`)}`,
    example: '1 (Sunday) to 7, SUN to SAT, ?, 6L or 6#2',
  },
  { name: 'year', shape: list(value), example: '1970 to 2199' },
].map((field) => ({ ...field, shape: new RegExp(`^(?:${field.shape})$`) }));

const earliestYear = 1970;
const latestYear = 2199;
/** A time zone is less than a day away from UTC. */
const dayMs = 86_400_000;

/**
 * Reads EventBridge's `minute hour day-of-month month day-of-week year`. Refused is what EventBridge
 * refuses, and what never fires: at all, or after `now` when it is given.
 */
export function parseCron(expression: string, now?: number): CronResult {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return refused('A cron has six fields: minute, hour, day of month, month, day of week, year.');
  }
  for (const [index, { name, shape, example }] of fields.entries()) {
    const part = parts[index] ?? '';
    if (!shape.test(part)) return refused(`The ${name} of a cron is ${example}, not "${part}".`);
  }
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = parts;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    return refused('Exactly one of day of month and day of week must be ?.');
  }
  if (year.replaceAll(/\/\d+/g, '').match(/\d+/g)?.some(isNoYear) === true) {
    return refused(`The year of a cron is ${earliestYear} to ${latestYear}, not "${year}".`);
  }
  const weekday = dayOfWeek === 'L' ? '7' : dayOfWeek;
  const pattern = ['0', minute, hour, dayOfMonth, month, weekday, year].join(' ');
  try {
    const wall = new WallClock(pattern.replace('?', '*'), {
      alternativeWeekdays: true,
      sloppyRanges: true,
      paused: true,
      timezone: 'UTC',
    });
    const last = (now ?? 0) - dayMs;
    if (nextReading(wall, last) === undefined) {
      return refused(
        `The cron "${expression}" never fires${now === undefined ? '' : ' any more'}.`,
      );
    }
    return { ok: true, cron: { expression, wall } };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace('CronPattern: ', '') : '';
    return refused(`The cron "${expression}" cannot be read: ${reason}.`);
  }
}

/**
 * The first firing after an instant, as EventBridge Scheduler plans it: a time that a spring change
 * skips does not fire, a time that an autumn change repeats fires once.
 */
export function nextFiring(cron: Cron, after: number, timeZone: string): number | undefined {
  let local = toLocal(after, timeZone);
  for (;;) {
    const reading = nextReading(cron.wall, local);
    if (reading === undefined) return undefined;
    const instant = fromLocal(reading, timeZone);
    if (instant > after && toLocal(instant, timeZone) === reading) return instant;
    local = reading;
  }
}

const nextReading = (wall: WallClock, local: number): number | undefined => {
  const next = wall.nextRun(new Date(local));
  return next === null || next.getUTCFullYear() > latestYear ? undefined : next.getTime();
};

const isNoYear = (year: string): boolean =>
  Number(year) < earliestYear || Number(year) > latestYear;

const refused = (message: string): CronResult => ({ ok: false, message });
