import { shownSegments } from '../../shared/flows/segments/shown-segments.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema, pageById } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { loadRules } from '../../shared/stores/segments.ts';

/** All segments, by id. */
export const listSegments: Route = route({
  method: 'GET',
  path: '/admin/segments',
  summary: 'List all segments with size and state',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ query }, ports) => {
    const { segments } = await loadRules(ports.table);
    const { rows, after } = pageById(segments, cursorOf(query));
    return page(await shownSegments(rows, ports), after);
  },
});
