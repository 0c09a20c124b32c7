import { campaignShown, changeCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

export const resumeCampaign = route({
  method: 'POST',
  path: '/admin/campaigns/{id}/resume',
  summary: 'Go on with a paused campaign: what was held goes out, nothing twice',
  auth: 'market',
  handle: async ({ params }, ports) =>
    ok(await campaignShown(await changeCampaign(params['id'] ?? '', 'resume', ports), ports)),
});
