import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { listQuarantine as listRows } from '../../shared/stores/quarantine.ts';

/** What could not be processed because of what it holds, oldest first. */
export const listQuarantine: Route = route({
  method: 'GET',
  path: '/admin/quarantine',
  summary: 'List what could not be processed, oldest first',
  auth: 'administer',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { rows, after } = await listRows(table, cursorOf(query));
    return page(rows, after);
  },
});
