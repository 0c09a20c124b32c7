import { nextFiring, parseCron } from '../../time/cron.ts';
import { isoInstant } from '../../time/instant.ts';
import { personTimeZone } from '../../time/zone.ts';
import type { Campaign } from '../campaign.ts';
import {
  firingInstant,
  firingZone,
  personPlan,
  plannedAtOf,
  planText,
  type Run,
  runId,
  wavesFrom,
} from '../run.ts';
import { isEventSchedule, isOnceSchedule, type Schedule } from '../schedule.ts';
import { plannedAfter } from '../trigger.ts';

type At = { readonly now: number; readonly companyTimeZone: string };

/** The instant (ms) at which a schedule fires next; undefined: never, or by events alone. */
export function nextFiringOf(schedule: Schedule, { now, companyTimeZone }: At): number | undefined {
  if (isEventSchedule(schedule)) return undefined;
  const zone = firingZone(schedule, companyTimeZone);
  if (isOnceSchedule(schedule)) return firingInstant(schedule.at, zone);
  const parsed = parseCron(schedule.cron);
  return parsed.ok ? nextFiring(parsed.cron, now, zone) : undefined;
}

/** The run that a launch now would bring next, as it would be stored; it never is. */
export function plannedRun(
  { id, definition }: Pick<Campaign, 'id' | 'definition'>,
  templates: Run['templates'],
  at: At,
): Run {
  const { schedule } = definition;
  const firing = nextFiringOf(schedule, at);
  const plannedAt = firing === undefined ? planText(at.now) : plannedAtOf(schedule, firing);
  return {
    id: runId(id, plannedAt),
    campaign: id,
    plannedAt,
    launchedAt: isoInstant(at.now),
    state: 'running',
    definition,
    templates,
    revision: 1,
    waves: isEventSchedule(schedule) ? [] : wavesFrom(schedule, plannedAt, at.now),
    startedWaves: [],
    walk: undefined,
    checks: 0,
    closedShards: 0,
    dueAt: undefined,
  };
}

/** When a person's message of a planned run would be planned, ms; of an event campaign, if their event came now. */
export function plannedFor(run: Run, zone: unknown, { now, companyTimeZone }: At): number {
  const { schedule } = run.definition;
  return isEventSchedule(schedule)
    ? plannedAfter(schedule, { occurredAt: isoInstant(now) }, companyTimeZone)
    : personPlan(run, personTimeZone(zone, companyTimeZone)).plannedAt;
}
