import type { Campaign } from '../../shared/domain/campaigns/campaign.ts';
import { eventRun } from '../../shared/domain/campaigns/event-run.ts';
import { planText, runId } from '../../shared/domain/campaigns/run.ts';
import { isEventSchedule } from '../../shared/domain/campaigns/schedule.ts';
import { inState, transition } from '../../shared/domain/campaigns/transition.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import {
  campaignShown,
  refusal,
  requireCampaign,
} from '../../shared/flows/campaigns/change-campaign.ts';
import { requireOwnEpoch } from '../../shared/flows/campaigns/epochs/own-epoch.ts';
import { checkCampaign } from '../../shared/flows/campaigns/launch/check-campaign.ts';
import { refuseLaunch } from '../../shared/flows/campaigns/launch/refuse-launch.ts';
import { settleCampaign } from '../../shared/flows/campaigns/settle-campaign.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { type Put, Throttled } from '../../shared/ports/table.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { campaignPut } from '../../shared/stores/campaigns.ts';
import { runPut } from '../../shared/stores/runs.ts';

/** Lets a campaign go out as its schedule says; a repeat changes nothing. */
export const launchCampaign = route({
  method: 'POST',
  path: '/admin/campaigns/{id}/launch',
  summary: 'Let a campaign go out as its schedule says',
  auth: 'market',
  handle: async ({ params }, ports) => {
    const campaign = await requireCampaign(params['id'] ?? '', ports);
    const next = transition(campaign, 'launch');
    if (next.kind === 'refused') throw refusal(campaign, 'launch', next.fix);
    await requireOwnEpoch(ports);
    if (next.kind === 'moves') await launch(campaign, next.state, ports);
    else await settleCampaign(campaign, ports);
    return ok(await campaignShown(await requireCampaign(campaign.id, ports), ports));
  },
});

async function launch(campaign: Campaign, state: Campaign['state'], ports: Ports): Promise<void> {
  const named = await checkCampaign(campaign.id, campaign.definition, ports);
  await refuseLaunch(campaign, named, ports);
  const now = ports.clock.now();
  const launched: Campaign = {
    ...inState(campaign, state, { now, companyTimeZone: ports.settings.timeZone }),
    launchedAt: isoInstant(now),
    templates: Object.fromEntries(named.templates.map(({ id, version }) => [id, version])),
    run: isEventSchedule(campaign.definition.schedule)
      ? runId(campaign.id, planText(now))
      : undefined,
  };
  const run = eventRun(launched);
  const writes = [campaignPut(launched), ...(run === undefined ? [] : [runPut(run)])];
  if (!(await writtenAtOnce(writes, ports))) {
    throw new Problem(409, `Campaign "${campaign.id}" is being changed by others: try again.`);
  }
  await settleCampaign(launched, ports);
}

const maxAttempts = 5;

async function writtenAtOnce(writes: readonly Put[], { table }: Ports): Promise<boolean> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const result = await table.transact(writes);
    if (result.kind !== 'contended') return result.kind === 'written';
  }
  throw new Throttled('A campaign stays contended.');
}
