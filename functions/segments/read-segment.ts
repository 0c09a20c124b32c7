import { ok, page } from '../../shared/runtime/http/answer.ts';
import { listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { segmentStatus } from '../../shared/stores/segment-status.ts';
import { getSegment, loadRules } from '../../shared/stores/segments.ts';

export const noSegment = (id: string): Problem => new Problem(404, `There is no segment "${id}".`);

/** One segment with its size and state. */
export const readSegment: Route = route({
  method: 'GET',
  path: '/admin/segments/{id}',
  summary: 'Read a segment, its size and state',
  auth: 'admin',
  handle: async ({ params }, { table }) => {
    const id = params['id'] ?? '';
    const segment = await getSegment(table, id);
    if (segment === undefined) throw noSegment(id);
    return ok(await segmentStatus(table, segment));
  },
});

/** All segments, by id. */
export const listSegments: Route = route({
  method: 'GET',
  path: '/admin/segments',
  summary: 'List all segments with size and state',
  auth: 'admin',
  query: listQuerySchema,
  handle: async (_request, { table }) => {
    const { segments } = await loadRules(table);
    const items = await Promise.all(segments.map((segment) => segmentStatus(table, segment)));
    return page(items, null);
  },
});
