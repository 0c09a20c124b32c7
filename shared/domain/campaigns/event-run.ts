import { isoInstant } from '../time/instant.ts';
import type { Campaign } from './campaign.ts';
import { planText, type Run, runId } from './run.ts';
import { isEventSchedule } from './schedule.ts';

/** The run in which an event campaign's messages stand, one per launch. */
export function eventRun(campaign: Campaign): Run | undefined {
  const { id, run, definition, launchedAt, templates } = campaign;
  if (run === undefined || launchedAt === undefined || templates === undefined) return undefined;
  return {
    id: run,
    campaign: id,
    plannedAt: run.slice(id.length + 1),
    launchedAt,
    state: 'running',
    definition,
    templates,
    revision: 1,
    waves: [],
    startedWaves: [],
    walk: undefined,
    checks: 0,
    closedShards: 0,
    dueAt: undefined,
  };
}

/**
 * What a resume makes of a campaign that a restored backup had paused: it is launched anew, so that what
 * happened and what was to fire before starts nothing, and an event campaign gets a run of its own.
 */
export function launchedAnew(resumed: Campaign, now: number): Campaign {
  const anew = { ...resumed, launchedAt: isoInstant(now) };
  return isEventSchedule(resumed.definition.schedule)
    ? { ...anew, run: runId(resumed.id, planText(now)) }
    : anew;
}
