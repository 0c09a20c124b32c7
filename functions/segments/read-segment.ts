import { requireSegment } from '../../shared/flows/segments/require-segment.ts';
import { shownSegment } from '../../shared/flows/segments/shown-segments.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** One segment with its size and state. */
export const readSegment: Route = route({
  method: 'GET',
  path: '/admin/segments/{id}',
  summary:
    'Read a segment, its size and state. Too many members to count at once: size as last recorded, at sizeAt, or null',
  auth: 'see-numbers',
  handle: async ({ params }, ports) => {
    const segment = await requireSegment(ports.table, params['id'] ?? '');
    return ok(await shownSegment(segment, ports));
  },
});
