import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { listTopics as listStoredTopics } from '../../shared/stores/topics.ts';

/** The topics of consent, by id. */
export const listTopics: Route = route({
  method: 'GET',
  path: '/admin/topics',
  summary: 'List the topics of consent',
  auth: 'see-numbers',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { topics, after } = await listStoredTopics(table, cursorOf(query));
    return page(topics, after);
  },
});
