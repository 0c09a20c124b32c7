import { computedStatus } from '../../shared/flows/segments/computed-status.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { loadRules } from '../../shared/stores/segments.ts';

/** All computed values, by id. */
export const listComputed: Route = route({
  method: 'GET',
  path: '/admin/computed',
  summary: 'List all computed values with their states',
  auth: 'admin',
  query: listQuerySchema,
  handle: async (_request, { table }) => {
    const { computed } = await loadRules(table);
    return page(await Promise.all(computed.map((one) => computedStatus(table, one))), null);
  },
});
