import * as z from 'zod';
import { addMonths, dayMs } from './calendar.ts';
import { fromLocal, toLocal, widestSpreadMs } from './zone.ts';

/** Calendar parts, and the exact rest in milliseconds. Weeks are days, years are months. */
export type Duration = { readonly months: number; readonly days: number; readonly ms: number };

const shape =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** `maxDays` of 1000 years. */
const longestDays = 365_252;

/** An ISO 8601 duration of whole numbers, longer than nothing and at most 1000 years. */
export const durationSchema = z.string().refine((text) => readDuration(text) !== undefined, {
  error:
    'must be an ISO 8601 duration of whole numbers, such as "P90D", "P1Y6M" or "PT2H", up to 1000 years',
  // What is checked after it may take the text for a duration.
  abort: true,
});

/** Throws on a text that `durationSchema` refuses. */
export function parseDuration(text: string): Duration {
  const duration = readDuration(text);
  if (duration === undefined) throw new RangeError(`"${text}" is not an ISO 8601 duration`);
  return duration;
}

/** Later by a duration: months first, the day clamped to the month's end, then days, then exact time. */
export const addDuration = (instant: number, duration: Duration, timeZone: string): number =>
  move(instant, duration, 1, timeZone);

/** Earlier by a duration, in the same order of parts. */
export const subtractDuration = (instant: number, duration: Duration, timeZone: string): number =>
  move(instant, duration, -1, timeZone);

/** The same duration, its days in milliseconds where the zone's clock is never changed: in UTC. */
export const durationIn = (duration: Duration, timeZone: string): Duration =>
  timeZone === 'UTC'
    ? { months: duration.months, days: 0, ms: duration.ms + duration.days * dayMs }
    : duration;

/** Never shorter than the duration is anywhere on the calendar, in days of 24 hours; zone changes included. */
export const maxDays = (duration: Duration): number => Math.ceil(maxMs(duration) / dayMs);

/** The most days of a calendar that the duration covers, whatever is done to the clock meanwhile. */
export const calendarDays = (duration: Duration): number =>
  maxCalendarDays(duration) + Math.ceil(duration.ms / dayMs);

/** The longest that `addDuration` may move an instant. */
export const maxMs = (duration: Duration): number =>
  isExact(duration)
    ? duration.ms
    : maxCalendarDays(duration) * dayMs + duration.ms + widestSpreadMs;

/** The least that `addDuration` may move an instant. */
export const minMs = (duration: Duration): number =>
  isExact(duration)
    ? duration.ms
    : minCalendarDays(duration) * dayMs + duration.ms - widestSpreadMs;

const isExact = (duration: Duration): boolean => duration.months === 0 && duration.days === 0;

/** The fewest and the most days that 0 to 11 months take, from any day of any year. */
const fewestDays = [0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334];
const mostDays = [0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337];

/** 29 February makes years and months together a day longer or shorter than apart. */
const together = (months: number): number => (months > 12 && months % 12 > 0 ? 1 : 0);

function maxCalendarDays({ months, days }: Duration): number {
  const years = Math.floor(months / 12);
  const rest = (mostDays[months % 12] ?? 0) + together(months);
  return years * 365 + Math.ceil(years / 4) + rest + days;
}

function minCalendarDays({ months, days }: Duration): number {
  const years = Math.floor(months / 12);
  const leapDays = Math.max(0, Math.floor(years / 4) - Math.floor(years / 100) - 1);
  const rest = (fewestDays[months % 12] ?? 0) - together(months);
  return years * 365 + leapDays + rest + days;
}

function readDuration(text: string): Duration | undefined {
  const parts = shape.exec(text);
  if (parts === null) return undefined;
  const part = (index: number): number => Number(parts[index] ?? 0);
  const duration = {
    months: part(1) * 12 + part(2),
    days: part(3) * 7 + part(4),
    ms: ((part(5) * 60 + part(6)) * 60 + part(7)) * 1000,
  };
  const isPositive = duration.months + duration.days + duration.ms > 0;
  return isPositive && maxDays(duration) <= longestDays ? duration : undefined;
}

function move(instant: number, duration: Duration, sign: 1 | -1, timeZone: string): number {
  if (isExact(duration)) return instant + sign * duration.ms;
  const local = toLocal(instant, timeZone);
  const day = Math.floor(local / dayMs);
  const ofDayMs = local - day * dayMs;
  const inMonth = duration.months === 0 ? day : addMonths(day, sign * duration.months);
  const target = (inMonth + sign * duration.days) * dayMs + ofDayMs;
  return fromLocal(target, timeZone) + sign * duration.ms;
}
