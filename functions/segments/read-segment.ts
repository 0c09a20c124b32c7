import { requireSegment } from '../../shared/flows/segments/require-segment.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { segmentStatus } from '../../shared/stores/segment-status.ts';

/** One segment with its size and state. */
export const readSegment: Route = route({
  method: 'GET',
  path: '/admin/segments/{id}',
  summary: 'Read a segment, its size and state',
  auth: 'admin',
  handle: async ({ params }, { table }) => {
    const segment = await requireSegment(table, params['id'] ?? '');
    return ok(await segmentStatus(table, segment));
  },
});
