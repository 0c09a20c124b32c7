import { nextFiring, parseCron } from '../time/cron.ts';
import { isoInstant, readDate } from '../time/instant.ts';
import { toLocal } from '../time/zone.ts';
import { firingInstant, firingZone } from './run.ts';
import { isEventSchedule, isOnceSchedule, recipientZone, type Schedule } from './schedule.ts';

/**
 * What makes a schedule impossible: a cron that never fires, in its zone too, and a wall-clock time
 * that the clocks of its zone skip in spring. For recipients' own times nobody's clock decides for all:
 * who has no such time gets the message as much later as their clock skipped.
 */
export function scheduleFault(
  schedule: Schedule,
  { now, companyTimeZone }: { readonly now: number; readonly companyTimeZone: string },
): { readonly path: string; readonly message: string } | undefined {
  if (isEventSchedule(schedule)) return undefined;
  const zone = firingZone(schedule, companyTimeZone);
  if (isOnceSchedule(schedule)) return onceFault(schedule, zone);
  const path = 'schedule.cron';
  const parsed = parseCron(schedule.cron, now);
  if (!parsed.ok) return { path, message: parsed.message };
  if (nextFiring(parsed.cron, now, zone) !== undefined) return undefined;
  const message = `never fires any more in ${zone}: choose times that its clocks show`;
  return { path, message };
}

function onceFault(
  { at, timeZone }: { readonly at: string; readonly timeZone?: string | undefined },
  zone: string,
): { readonly path: string; readonly message: string } | undefined {
  if (timeZone === recipientZone) return undefined;
  const local = toLocal(firingInstant(at, zone), zone);
  if (local === readDate(at)?.ms) return undefined;
  const later = isoInstant(local).slice(0, 16);
  const message = `is no time in ${zone}, whose clocks are put forward then: write "${later}"`;
  return { path: 'schedule.at', message };
}
