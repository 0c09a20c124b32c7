import { standingOf } from '../../shared/domain/campaigns/approval.ts';
import type { Campaign } from '../../shared/domain/campaigns/campaign.ts';
import { campaignShown, requireCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { checkCampaign, type Named } from '../../shared/flows/campaigns/launch/check-campaign.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { saveCampaign } from '../../shared/stores/campaigns.ts';

/**
 * A second person says that a campaign may go out as it stands: its definition, its templates, the rules
 * of its segments, and where its webhook goes. An edit of any of them asks for a new approval.
 */
export const approveCampaign = route({
  method: 'POST',
  path: '/admin/campaigns/{id}/approve',
  summary:
    'Approve a draft as it stands, with its templates, segments and webhook as they stand; by somebody else than who wrote it (403)',
  auth: 'approve',
  handle: async ({ params, user }, ports) => {
    const campaign = await requireCampaign(params['id'] ?? '', ports);
    refuseUnfit(campaign, user);
    const named = await checkCampaign(campaign.id, campaign.definition, ports);
    refuseOwn(named, user);
    const approved: Campaign = {
      ...campaign,
      approvedBy: user,
      approvedAs: standingOf(named),
      revision: campaign.revision + 1,
    };
    if (!(await saveCampaign(ports.table, approved))) {
      throw new Problem(409, `Campaign "${campaign.id}" has just been changed: read it again.`);
    }
    return ok(await campaignShown(approved, ports));
  },
});

/** Who writes the words or the rule of another's draft would else be the only one who has read them. */
function refuseOwn({ templates, segments }: Named, user: string): void {
  const wrote = (kind: string, all: readonly { id: string; savedBy?: string | undefined }[]) =>
    all.filter(({ savedBy }) => savedBy === user).map(({ id }) => `${kind} "${id}"`);
  const [own] = [...wrote('template', templates), ...wrote('segment', segments)];
  if (own === undefined) return;
  throw new Problem(403, `You wrote ${own} as it stands: ask somebody else to approve.`);
}

function refuseUnfit({ id, state, editedBy }: Campaign, user: string): void {
  if (state !== 'draft') {
    throw new Problem(409, `Campaign "${id}" is ${state}: only a draft waits for an approval.`);
  }
  if (editedBy === user) {
    const fix = 'ask somebody else to read and approve it.';
    throw new Problem(403, `You wrote campaign "${id}" as it stands: ${fix}`);
  }
}
