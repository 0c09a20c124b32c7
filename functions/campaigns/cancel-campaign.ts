import { campaignShown, changeCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

export const cancelCampaign = route({
  method: 'POST',
  path: '/admin/campaigns/{id}/cancel',
  summary: 'End a campaign: what has not been sent is withheld as "cancelled"',
  auth: 'market',
  handle: async ({ params }, ports) =>
    ok(await campaignShown(await changeCampaign(params['id'] ?? '', 'cancel', ports), ports)),
});
