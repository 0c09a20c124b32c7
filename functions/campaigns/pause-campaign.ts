import { campaignShown, changeCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

export const pauseCampaign = route({
  method: 'POST',
  path: '/admin/campaigns/{id}/pause',
  summary: 'Hold everything of a campaign: nothing is sent until it is resumed',
  auth: 'pause',
  handle: async ({ params }, ports) =>
    ok(await campaignShown(await changeCampaign(params['id'] ?? '', 'pause', ports), ports)),
});
