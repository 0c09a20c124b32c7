import { fromLocal, instantsOfLocal, toLocal } from './zone.ts';

export const dayMs = 86_400_000;

/** A day of the proleptic Gregorian calendar; `month` is 1 to 12. */
export type CivilDay = { readonly year: number; readonly month: number; readonly day: number };

/** Days since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** The inverse of `dayNumber`, by the same source. */
export function civilDay(number: number): CivilDay {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524);
  const yearOfEra = Math.floor((dayOfEra - leaps - Math.floor(dayOfEra / 146_096)) / 365);
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - (365 * yearOfEra + leapDays);
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeapYear = (year: number): boolean =>
  year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] ?? 0);

/** The day some months away, clamped to the month's end. */
export function addMonths(number: number, months: number): number {
  const month = monthOf(number);
  const start = monthStart(month + months);
  const length = monthStart(month + months + 1) - start;
  return start + Math.min(number - monthStart(month), length - 1);
}

/**
 * Months are counted from January of the year 0. The first days of those that rules mostly ask for, each
 * when it is first asked for: all of them would be 4 ms of every cold start.
 */
const tableFrom = 1900 * 12;
const unknown = -(2 ** 31);
const table = new Int32Array(300 * 12).fill(unknown);

function monthStart(month: number): number {
  const known = table[month - tableFrom];
  if (known === undefined) return firstDay(month);
  if (known !== unknown) return known;
  const start = firstDay(month);
  table[month - tableFrom] = start;
  return start;
}

function firstDay(month: number): number {
  const year = Math.floor(month / 12);
  return dayNumber(year, month - year * 12 + 1, 1);
}

/** The Gregorian month is 30.436875 days on average, so the first guess is off by one at most. */
function monthOf(number: number): number {
  let month = Math.floor((number + 719_528) / 30.436875);
  while (monthStart(month) > number) month--;
  while (monthStart(month + 1) <= number) month++;
  return month;
}

/** The local day (days since 1970-01-01) on which an instant falls in a zone. */
export const localDay = (instant: number, timeZone: string): number =>
  Math.floor(toLocal(instant, timeZone) / dayMs);

/** The first instant of a local day: its midnight, or the first one after a gap that skips midnight. */
export function startOfDay(number: number, timeZone: string): number {
  const local = number * dayMs;
  const instant = fromLocal(local, timeZone);
  return toLocal(instant, timeZone) === local
    ? instant
    : (instantsOfLocal(local, timeZone)[0] ?? instant);
}

/** The first instant at or after `instant` at which the wall clock reads `HH:MM`; where the clock skips it, the instant right after the gap. */
export function nextLocalTime(instant: number, clockTime: string, timeZone: string): number {
  const [hours, minutes] = clockTime.split(':').map(Number);
  const ofDayMs = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
  for (let day = localDay(instant, timeZone) - 1; ; day++) {
    const found = instantsOfLocal(day * dayMs + ofDayMs, timeZone).find((one) => one >= instant);
    if (found !== undefined) return found;
  }
}
