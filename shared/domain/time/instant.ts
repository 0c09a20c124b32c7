import { dayMs, dayNumber, daysInMonth, startOfDay } from './calendar.ts';
import { fromLocal } from './zone.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/**
 * A written date: an instant when it carries an offset or `Z`, else the wall clock (`local`) or the
 * whole day (`day`) of a zone still to be named. `ms` is counted on that clock from 1970-01-01T00:00.
 */
export type WrittenDate = { readonly kind: 'instant' | 'local' | 'day'; readonly ms: number };

const shape =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

export const isoInstant = (instant: Instant): string => new Date(instant).toISOString();

/** The instant a text names; a date-time without an offset is in `timeZone`, a date alone is its midnight there. */
export function parseInstant(text: string, timeZone: string): Instant | undefined {
  const written = readDate(text);
  return written === undefined ? undefined : dateInstant(written, timeZone);
}

/** The instant of a written date in a zone. */
export function dateInstant(written: WrittenDate, timeZone: string): Instant {
  switch (written.kind) {
    case 'instant':
      return written.ms;
    case 'local':
      return fromLocal(written.ms, timeZone);
    case 'day':
      return startOfDay(written.ms / dayMs, timeZone);
  }
}

/** An ISO 8601 date or date-time, and nothing else: a number or an impossible day is no date. */
export function readDate(value: unknown): WrittenDate | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length === 10) return readDay(value);
  const parts = shape.exec(value);
  const day = parts === null ? undefined : readDay(value.slice(0, 10));
  if (parts === null || day === undefined) return undefined;
  const [hours, minutes, seconds] = [Number(parts[4]), Number(parts[5]), Number(parts[6] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fraction = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  const ms = day.ms + ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
  const offset = parts[8];
  if (offset === undefined) return { kind: 'local', ms };
  const minutesAhead = offsetMinutes(offset);
  return minutesAhead === undefined
    ? undefined
    : { kind: 'instant', ms: ms - minutesAhead * 60_000 };
}

function offsetMinutes(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (offset[0] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** `YYYY-MM-DD` by its digits: rules read dates of birth on every evaluation. */
function readDay(text: string): WrittenDate | undefined {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1)) return undefined;
  if (day > daysInMonth(year, month)) return undefined;
  return { kind: 'day', ms: dayNumber(year, month, day) * dayMs };
}

function digits(text: string, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}
