import { computedStatus } from '../../shared/flows/computed/computed-status.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema, pageById } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { loadRules } from '../../shared/stores/segments.ts';

/** All computed values, by id. */
export const listComputed: Route = route({
  method: 'GET',
  path: '/admin/computed',
  summary: 'List all computed values with their states',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { computed } = await loadRules(table);
    const { rows, after } = pageById(computed, cursorOf(query));
    return page(await Promise.all(rows.map((one) => computedStatus(table, one))), after);
  },
});
