import { requireSource } from '../../shared/flows/tracking/require-source.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { listSourceKeys } from '../../shared/stores/sources.ts';

/** One source with its keys: their ids, never the keys. */
export const readSource: Route = route({
  method: 'GET',
  path: '/admin/sources/{id}',
  summary: 'Read a source and the ids of its write keys',
  auth: 'see-numbers',
  handle: async ({ params }, { table }) => {
    const id = params['id'] ?? '';
    const source = await requireSource(table, id);
    return ok({ ...source, keys: await listSourceKeys(table, id) });
  },
});
