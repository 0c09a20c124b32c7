import { approvalView } from '../../domain/campaigns/approval.ts';
import type { Campaign } from '../../domain/campaigns/campaign.ts';
import { type CampaignAction, inState, transition } from '../../domain/campaigns/transition.ts';
import type { SendingPolicy } from '../../domain/messaging/policy/sending-policy.ts';
import type { Ports } from '../../ports/ports.ts';
import { Problem } from '../../runtime/problem.ts';
import { getCampaign, saveCampaign } from '../../stores/campaigns.ts';
import { getPolicy } from '../../stores/sending-policy.ts';
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
    const after = next.kind === 'done' ? campaign : inState(campaign, next.state, at);
    if (next.kind === 'moves' && !(await saveCampaign(ports.table, after))) continue;
    await settleCampaign(after, ports);
    return requireCampaign(id, ports);
  }
  throw new Problem(409, `Campaign "${id}" is being changed by others: try again.`);
}

/** 409 with what to do instead. */
export const refusal = (campaign: Campaign, action: CampaignAction, fix: string): Problem =>
  new Problem(409, `Cannot ${action} "${campaign.id}", which is ${campaign.state}. ${fix}`);

/** A campaign as it is read back. */
export function campaignView(
  campaign: Campaign,
  policy: Pick<SendingPolicy, 'approval'>,
): Readonly<Record<string, unknown>> {
  const { id, definition, state, createdAt, updatedAt, launchedAt } = campaign;
  const approval = approvalView(campaign, policy);
  return { id, ...definition, state, approval, createdAt, updatedAt, launchedAt };
}

/** The campaign as it is read back, by the sending policy as it stands. */
export const campaignShown = async (
  campaign: Campaign,
  { table }: Pick<Ports, 'table'>,
): Promise<Readonly<Record<string, unknown>>> => campaignView(campaign, await getPolicy(table));
