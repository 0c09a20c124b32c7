import * as z from 'zod';
import { dayMs, nextLocalTime } from '../time/calendar.ts';
import { changeBetween, toLocal } from '../time/zone.ts';

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "21:00"');

/** The part of a person's day in which nothing is sent: from `from` until just before `to`, over midnight when `to` is the earlier. */
export const quietHoursSchema = z
  .strictObject({
    from: clockTime.describe('The first quiet minute, such as 21:00.'),
    to: clockTime.describe(
      'The first minute after it, such as 09:00; earlier than `from`: of the next day.',
    ),
  })
  .refine((hours) => hours.from !== hours.to, {
    path: ['to'],
    message: 'must differ from "from": a day that is all quiet sends nothing',
  });
export type QuietHours = z.infer<typeof quietHoursSchema>;

/** The instant (ms) at which the quiet hours around `now` end in a zone; undefined when `now` is not quiet. */
export function quietHoursEnd(
  hours: QuietHours,
  now: number,
  timeZone: string,
): number | undefined {
  if (!isQuiet(hours, now, timeZone)) return undefined;
  const end = nextLocalTime(now + 1, hours.to, timeZone);
  const skippedMs = toLocal(end, timeZone) - toLocal(now, timeZone) - (end - now);
  if (skippedMs === 0) return end;
  // A clock that is changed on the way may leave quiet hours before their end, or skip all that is not quiet.
  const change = changeBetween(now, end, timeZone);
  if (!isQuiet(hours, change, timeZone)) return change;
  return quietHoursEnd(hours, end, timeZone) ?? end;
}

function isQuiet(hours: QuietHours, instant: number, timeZone: string): boolean {
  const ofDayMs = ((toLocal(instant, timeZone) % dayMs) + dayMs) % dayMs;
  const [from, to] = [clockMs(hours.from), clockMs(hours.to)];
  return from < to ? from <= ofDayMs && ofDayMs < to : from <= ofDayMs || ofDayMs < to;
}

function clockMs(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
}
