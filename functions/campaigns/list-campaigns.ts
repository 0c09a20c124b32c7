import { campaignView } from '../../shared/flows/campaigns/change-campaign.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { listCampaigns as listStored } from '../../shared/stores/campaigns.ts';
import { getPolicy } from '../../shared/stores/sending-policy.ts';

const pageSize = 100;

/** The campaigns, by id, each with its state. */
export const listCampaigns = route({
  method: 'GET',
  path: '/admin/campaigns',
  summary: 'All campaigns with their states',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const after = cursorOf(query);
    const found = await listStored(table, { after, limit: pageSize });
    const policy = await getPolicy(table);
    return page(
      found.rows.map((campaign) => campaignView(campaign, policy)),
      found.after,
    );
  },
});
