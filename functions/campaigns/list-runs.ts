import type { Run } from '../../shared/domain/campaigns/run.ts';
import { requireCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { queryRuns } from '../../shared/stores/runs.ts';

const pageSize = 100;

const runView = ({ id, state, plannedAt, launchedAt, templates, decisionAt, winner }: Run) => ({
  id,
  state,
  plannedAt,
  launchedAt,
  templates,
  decisionAt: decisionAt ?? null,
  winner: winner ?? null,
});

/**
 * A run's `plannedAt` is an instant; for recipients' local times it is that time written as if UTC. The
 * `winner` of its experiment is chosen at `decisionAt`; both are null where there is no test.
 */
export const listRuns = route({
  method: 'GET',
  path: '/admin/campaigns/{id}/runs',
  summary: 'The times a campaign went out, newest first',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ params, query }, ports) => {
    const { id } = await requireCampaign(params['id'] ?? '', ports);
    const after = cursorOf(query);
    const found = await queryRuns(ports.table, id, { after, limit: pageSize });
    return page(found.rows.map(runView), found.after);
  },
});
