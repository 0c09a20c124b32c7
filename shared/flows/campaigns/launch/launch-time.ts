import type { Campaign } from '../../../domain/campaigns/campaign.ts';
import {
  firingInstant,
  firingZone,
  lastInstant,
  plannedAtOf,
  runId,
} from '../../../domain/campaigns/run.ts';
import { isOnceSchedule } from '../../../domain/campaigns/schedule.ts';
import type { Ports } from '../../../ports/ports.ts';
import type { ProblemError } from '../../../runtime/problem.ts';
import { getRun } from '../../../stores/runs.ts';

/** How late a campaign may be launched and still go out at once, in ms. */
const latenessMs = 60 * 60_000;

/** What is wrong with the time of a one-off campaign, if it were launched now. */
export async function launchTimeIssue(
  { id, definition: { schedule } }: Campaign,
  { table, clock, settings }: Pick<Ports, 'table' | 'clock' | 'settings'>,
): Promise<ProblemError | undefined> {
  if (!isOnceSchedule(schedule)) return undefined;
  const path = 'schedule.at';
  if (lastInstant(schedule.at, schedule, settings.timeZone) < clock.now() - latenessMs) {
    return { path, message: 'is past by more than an hour: choose a later time' };
  }
  const instant = firingInstant(schedule.at, firingZone(schedule, settings.timeZone));
  const plannedAt = plannedAtOf(schedule, instant);
  if ((await getRun(table, runId(id, plannedAt))) === undefined) return undefined;
  return { path, message: 'is a time this campaign has run at: choose another' };
}
