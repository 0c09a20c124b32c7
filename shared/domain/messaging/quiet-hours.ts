import * as z from 'zod';
import { dayMs, nextLocalTime } from '../time/calendar.ts';
import { toLocal } from '../time/zone.ts';

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "21:00"');

/** The part of a person's day in which nothing is sent: from `from` until just before `to`, over midnight when `to` is the earlier. */
export const quietHoursSchema = z
  .strictObject({ from: clockTime, to: clockTime })
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
  const ofDayMs = ((toLocal(now, timeZone) % dayMs) + dayMs) % dayMs;
  const [from, to] = [clockMs(hours.from), clockMs(hours.to)];
  const isQuiet = from < to ? from <= ofDayMs && ofDayMs < to : from <= ofDayMs || ofDayMs < to;
  return isQuiet ? nextLocalTime(now + 1, hours.to, timeZone) : undefined;
}

function clockMs(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
}
