import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getTopic } from '../../shared/stores/topics.ts';

/** One topic of consent. */
export const readTopic: Route = route({
  method: 'GET',
  path: '/admin/topics/{id}',
  summary: 'Read a topic of consent',
  auth: 'see-numbers',
  handle: async ({ params }, { table }) => {
    const id = params['id'] ?? '';
    const topic = await getTopic(table, id);
    if (topic === undefined) throw new Problem(404, `There is no topic "${id}".`);
    return ok(topic);
  },
});
