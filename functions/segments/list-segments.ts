import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema, pageById } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { segmentStatus } from '../../shared/stores/segment-status.ts';
import { loadRules } from '../../shared/stores/segments.ts';

/** All segments, by id. */
export const listSegments: Route = route({
  method: 'GET',
  path: '/admin/segments',
  summary: 'List all segments with size and state',
  auth: 'admin',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { segments } = await loadRules(table);
    const { rows, after } = pageById(segments, cursorOf(query));
    return page(await Promise.all(rows.map((segment) => segmentStatus(table, segment))), after);
  },
});
