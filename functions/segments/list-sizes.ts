import { localDate } from '../../shared/domain/time/midnight.ts';
import { requireSegment } from '../../shared/flows/segments/require-segment.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { querySizes } from '../../shared/stores/segment-sizes.ts';

const pageSize = 100;

/**
 * A segment's members day by day: `{ date, at, size }`, where `date` is a day of the company's calendar
 * that is over and `at` when they were counted, soon after its end. A day on which nothing was counted
 * is missing. Today's size stands in the segment itself.
 */
export const listSizes = route({
  method: 'GET',
  path: '/admin/segments/{id}/history',
  summary: 'The size of a segment at the end of each day, newest first',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ params, query }, { table, settings }) => {
    const segment = await requireSegment(table, params['id'] ?? '');
    const since = localDate(Date.parse(segment.createdAt), settings.timeZone);
    const of = { segment: segment.id, since };
    const found = await querySizes(table, of, { after: cursorOf(query), limit: pageSize });
    return page(found.sizes, found.after);
  },
});
