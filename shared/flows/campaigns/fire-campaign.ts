import type { Campaign } from '../../domain/campaigns/campaign.ts';
import {
  isOwnFiring,
  plannedAtOf,
  type Run,
  runId,
  wavesFrom,
} from '../../domain/campaigns/run.ts';
import { isOnceSchedule } from '../../domain/campaigns/schedule.ts';
import { isLive } from '../../domain/campaigns/transition.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import { Throttled } from '../../ports/table.ts';
import { campaignPut, getCampaign } from '../../stores/campaigns.ts';
import { getRun, runPut } from '../../stores/runs.ts';
import { advanceRun } from './advance-run.ts';
import type { RunReach } from './run-reach.ts';

const maxAttempts = 10;

/**
 * Starts the run that a firing means, once: it is named by its planned instant. A paused one-off
 * campaign gets a run that is held; a firing of a paused recurring one is passed over, so that a
 * resume does not send many at once.
 */
export async function fireCampaign(
  firing: { readonly campaign: string; readonly scheduledAt: string },
  reach: RunReach,
): Promise<void> {
  const { table } = reach;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const campaign = await getCampaign(table, firing.campaign);
    if (campaign === undefined) return;
    const run = newRun(campaign, firing.scheduledAt, reach);
    if (run === undefined) return;
    if ((await getRun(table, run.id)) !== undefined) return;
    const result = await table.transact([runPut(run), campaignPut(fired(campaign))]);
    if (result.kind !== 'written') continue;
    return advanceRun(run, reach);
  }
  throw new Throttled(`Campaign ${firing.campaign} changes too fast to be fired.`);
}

/** The run, or undefined when this firing starts none. */
function newRun(campaign: Campaign, scheduledAt: string, reach: RunReach): Run | undefined {
  const { id, definition, state, launchedAt, templates } = campaign;
  const { schedule } = definition;
  if (!isLive(state) || launchedAt === undefined || templates === undefined) return undefined;
  const instant = Date.parse(scheduledAt);
  const launch = { launchedAt, companyTimeZone: reach.settings.timeZone };
  if (!isOwnFiring(schedule, instant, launch)) return undefined;
  if (state === 'paused' && !isOnceSchedule(schedule)) return undefined;
  const now = reach.clock.now();
  const plannedAt = plannedAtOf(schedule, instant);
  return {
    id: runId(id, plannedAt),
    campaign: id,
    plannedAt,
    launchedAt,
    state: state === 'paused' ? 'paused' : 'running',
    definition,
    templates,
    revision: 1,
    waves: wavesFrom(schedule, plannedAt, now),
    startedWaves: [],
    walk: undefined,
    checks: 0,
    closedShards: 0,
    dueAt: state === 'paused' ? undefined : isoInstant(now),
  };
}

/** Written with the run, so that a pause or cancel at the same moment meets the run or prevents it. */
const fired = (campaign: Campaign): Campaign => ({
  ...campaign,
  state: campaign.state === 'scheduled' ? 'running' : campaign.state,
  pausedFrom: campaign.state === 'paused' ? 'running' : campaign.pausedFrom,
  revision: campaign.revision + 1,
});
