import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { listSources as listStoredSources } from '../../shared/stores/sources.ts';

export const listSources: Route = route({
  method: 'GET',
  path: '/admin/sources',
  summary: 'List the sources',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { sources, after } = await listStoredSources(table, cursorOf(query));
    return page(sources, after);
  },
});
