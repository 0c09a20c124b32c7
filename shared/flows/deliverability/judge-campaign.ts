import type { Campaign } from '../../domain/campaigns/campaign.ts';
import type { Run } from '../../domain/campaigns/run.ts';
import { inState, transition } from '../../domain/campaigns/transition.ts';
import { judgeReputation } from '../../domain/deliverability/reputation-judgement.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { Throttled } from '../../ports/table.ts';
import { getCampaign, saveCampaign } from '../../stores/campaigns.ts';
import { getReputation, judgeFrom } from '../../stores/reputation-counts.ts';
import { getPolicy } from '../../stores/sending-policy.ts';

type Reach = Pick<Ports, 'table' | 'queue' | 'clock' | 'settings'>;

const maxAttempts = 10;

/**
 * Pauses a campaign whose launch does harm to the account's reputation. To be asked after every bounce
 * for good and every complaint, also when it is told again: a judgement that was cut off is made up for.
 * The state is written first; whoever settles it, at the latest the minute tick, holds the runs and
 * raises the alarm.
 */
export async function judgeCampaign(
  launch: Pick<Run, 'campaign' | 'launchedAt'>,
  ports: Reach,
): Promise<void> {
  const { table, queue, clock, settings } = ports;
  const { reputation } = await getPolicy(table);
  const { now: counts, before } = await getReputation(table, launch);
  const found = judgeReputation(counts, before, reputation);
  if (found === undefined) return;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const campaign = await getCampaign(table, launch.campaign);
    // What an earlier launch brings now is no reason to stop this one.
    if (campaign === undefined || campaign.launchedAt !== launch.launchedAt) return;
    if (transition(campaign, 'pause').kind !== 'moves') return;
    const now = clock.now();
    const paused: Campaign = {
      ...inState(campaign, 'paused', { now, companyTimeZone: settings.timeZone }),
      pausedFor: { ...found, at: isoInstant(now) },
    };
    if (!(await saveCampaign(table, paused))) continue;
    return queue.send('runs', [{ body: { settles: campaign.id } }]);
  }
  throw new Throttled(`Campaign ${launch.campaign} changes too fast to be paused.`);
}

/**
 * A person has looked at a campaign that paused itself and lets it go on: from here it is judged anew,
 * by what comes from now on. Written before the campaign goes on, and again when that is repeated.
 */
export async function judgeAnew(
  { id, launchedAt, pausedFor }: Campaign,
  { table }: Pick<Ports, 'table'>,
): Promise<void> {
  if (pausedFor === undefined || launchedAt === undefined) return;
  const launch = { campaign: id, launchedAt };
  await judgeFrom(table, launch, (await getReputation(table, launch)).now);
}
