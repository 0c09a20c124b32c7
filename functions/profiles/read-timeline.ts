import { isCanary } from '../../shared/domain/canary/canary.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';

/** What happened to a person, newest first. */
export const readTimeline: Route = route({
  method: 'GET',
  path: '/admin/profiles/{id}/timeline',
  summary: 'Read the timeline of a profile, newest first',
  auth: 'see-people',
  query: listQuerySchema,
  handle: async ({ params, query }, { table }) => {
    const id = params['id'] ?? '';
    const after = cursorOf(query);
    if (isCanary(id)) throw new Problem(404, 'There is no such profile.');
    const read = await queryTimeline(table, id, { after, limit: 100, descending: true });
    if (
      read.entries.length === 0 &&
      after === null &&
      (await getProfile(table, id)) === undefined
    ) {
      throw new Problem(404, 'There is no such profile.');
    }
    const items = read.entries.map(({ id: entry, type, occurredAt, data }) => ({
      id: entry,
      type,
      occurredAt,
      data,
    }));
    return page(items, read.after);
  },
});
