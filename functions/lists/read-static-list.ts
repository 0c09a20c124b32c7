import { requireList, staticListStatus } from '../../shared/flows/lists/static-list-status.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** One static list with its size. */
export const readStaticList: Route = route({
  method: 'GET',
  path: '/admin/lists/{id}',
  summary: 'Read a static list: { id, name, size, createdAt, updatedAt }',
  auth: 'see-numbers',
  handle: async ({ params }, { table }) =>
    ok(await staticListStatus(table, await requireList(table, params['id'] ?? ''))),
});
