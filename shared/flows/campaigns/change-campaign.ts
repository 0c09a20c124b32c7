import { approvalView } from '../../domain/campaigns/approval.ts';
import type { Campaign, CampaignDefinition } from '../../domain/campaigns/campaign.ts';
import { eventRun, launchedAnew } from '../../domain/campaigns/event-run.ts';
import { type CampaignAction, inState, transition } from '../../domain/campaigns/transition.ts';
import type { SendingPolicy } from '../../domain/messaging/policy/sending-policy.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Put, Table } from '../../ports/table.ts';
import { Problem } from '../../runtime/problem.ts';
import { campaignPut, getCampaign } from '../../stores/campaigns.ts';
import { writeOnce } from '../../stores/messages.ts';
import { getRun, runPut } from '../../stores/runs.ts';
import { getPolicy } from '../../stores/sending-policy.ts';
import { judgeAnew } from '../deliverability/judge-campaign.ts';
import { requireOwnEpoch } from './epochs/own-epoch.ts';
import { settleCampaign } from './settle-campaign.ts';

/** The campaign, or 404. */
export async function requireCampaign(
  id: string,
  { table }: Pick<Ports, 'table'>,
): Promise<Campaign> {
  const campaign = await getCampaign(table, id);
  if (campaign === undefined) throw new Problem(404, `There is no campaign "${id}".`);
  return campaign;
}

const maxAttempts = 5;

/** Pauses, resumes or cancels; a repeat does no more than settle what was cut off. */
export async function changeCampaign(
  id: string,
  action: Exclude<CampaignAction, 'edit' | 'launch'>,
  ports: Ports,
): Promise<Campaign> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const campaign = await requireCampaign(id, ports);
    const next = transition(campaign, action);
    if (next.kind === 'refused') throw refusal(campaign, action, next.fix);
    const at = { now: ports.clock.now(), companyTimeZone: ports.settings.timeZone };
    const moved = next.kind === 'done' ? campaign : inState(campaign, next.state, at);
    if (action === 'resume') await requireOwnEpoch(ports);
    const isRestored = action === 'resume' && campaign.restoredAt !== undefined;
    const after = isRestored ? launchedAnew(moved, at.now) : moved;
    const writes = isRestored
      ? await writesAnew(after, campaign, ports.table)
      : [campaignPut(after)];
    if (next.kind === 'moves') {
      if (action === 'resume') await judgeAnew(campaign, ports);
      if (!(await writtenAtOnce(writes, ports.table))) continue;
    }
    await settleCampaign(after, ports);
    return requireCampaign(id, ports);
  }
  throw new Problem(409, `Campaign "${id}" is being changed by others: try again.`);
}

/** With the new run of an event campaign, which follows those before. */
async function writesAnew(
  campaign: Campaign,
  before: Campaign,
  table: Table,
): Promise<readonly Put[]> {
  const run = eventRun(campaign);
  if (run === undefined || before.run === undefined) return [campaignPut(campaign)];
  const { follows: earlier = [] } = (await getRun(table, before.run)) ?? {};
  const follows = [before.run, ...earlier];
  return [campaignPut(campaign), runPut({ ...run, follows })];
}

/** All of the writes, or none of them: false when somebody else changed the campaign first. */
async function writtenAtOnce(writes: readonly Put[], table: Table): Promise<boolean> {
  const [first] = writes;
  if (writes.length === 1 && first) return (await writeOnce(table, first)).kind === 'written';
  return (await table.transact(writes)).kind === 'written';
}

/** 409 with what to do instead. */
export const refusal = (campaign: Campaign, action: CampaignAction, fix: string): Problem =>
  new Problem(409, `Cannot ${action} "${campaign.id}", which is ${campaign.state}. ${fix}`);

/** What a marketer should know before others find out. */
const warningsOf = ({ resend }: CampaignDefinition): readonly string[] =>
  resend === 'never'
    ? []
    : [
        'resend "afterUnknown" may duplicate: a message that the provider took without an answer, and without an event for a day, is sent again, up to twice.',
      ];

/** A campaign as it is read back. */
export function campaignView(
  campaign: Campaign,
  policy: Pick<SendingPolicy, 'approval'>,
): Readonly<Record<string, unknown>> {
  const { id, definition, state, createdAt, updatedAt, launchedAt, restoredAt } = campaign;
  const approval = approvalView(campaign, policy);
  const pausedFor =
    restoredAt === undefined ? campaign.pausedFor : { reason: 'restored', at: restoredAt };
  const dates = { createdAt, updatedAt, launchedAt };
  return {
    id,
    ...definition,
    state,
    pausedFor,
    approval,
    warnings: warningsOf(definition),
    ...dates,
  };
}

/** The campaign as it is read back, by the sending policy as it stands. */
export const campaignShown = async (
  campaign: Campaign,
  { table }: Pick<Ports, 'table'>,
): Promise<Readonly<Record<string, unknown>>> => campaignView(campaign, await getPolicy(table));
