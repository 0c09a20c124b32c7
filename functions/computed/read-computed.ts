import { computedStatus, requireComputed } from '../../shared/flows/computed/computed-status.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** One computed value with its state. */
export const readComputed: Route = route({
  method: 'GET',
  path: '/admin/computed/{id}',
  summary: 'Read a computed value and its state: ready, building or deleting',
  auth: 'see-numbers',
  handle: async ({ params }, { table }) =>
    ok(await computedStatus(table, await requireComputed(table, params['id'] ?? ''))),
});
