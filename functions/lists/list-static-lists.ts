import { shownLists } from '../../shared/flows/lists/static-list-status.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema, pageById } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { loadRules } from '../../shared/stores/segments.ts';

/** All static lists, by id. */
export const listStaticLists: Route = route({
  method: 'GET',
  path: '/admin/lists',
  summary: 'List all static lists with their sizes',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { lists } = await loadRules(table);
    const { rows, after } = pageById(lists, cursorOf(query));
    return page(await shownLists(table, rows), after);
  },
});
