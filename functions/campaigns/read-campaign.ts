import { campaignShown, requireCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

/** One campaign with its state. */
export const readCampaign = route({
  method: 'GET',
  path: '/admin/campaigns/{id}',
  summary: 'One campaign with its state',
  auth: 'see-numbers',
  handle: async ({ params }, ports) =>
    ok(await campaignShown(await requireCampaign(params['id'] ?? '', ports), ports)),
});
