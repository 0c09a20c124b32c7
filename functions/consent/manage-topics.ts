import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { ok, page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getTopic, listTopics as listStoredTopics, putTopic } from '../../shared/stores/topics.ts';

const topicSchema = z.strictObject({ name: z.string().trim().min(1).max(200) });

/** What people give their consent about, with the name they are shown. */
export const saveTopic: Route = route({
  method: 'PUT',
  path: '/admin/topics/{id}',
  summary: 'Make or rename a topic of consent',
  auth: 'admin',
  body: topicSchema,
  handle: async ({ params, body }, { table, clock }) => {
    const id = pathParam(params, 'id', slugSchema);
    const before = await getTopic(table, id);
    const topic = { id, ...body, createdAt: before?.createdAt ?? isoInstant(clock.now()) };
    await putTopic(table, topic);
    return ok(topic);
  },
});

export const readTopic: Route = route({
  method: 'GET',
  path: '/admin/topics/{id}',
  summary: 'Read a topic of consent',
  auth: 'admin',
  handle: async ({ params }, { table }) => {
    const id = params['id'] ?? '';
    const topic = await getTopic(table, id);
    if (topic === undefined) throw new Problem(404, `There is no topic "${id}".`);
    return ok(topic);
  },
});

export const listTopics: Route = route({
  method: 'GET',
  path: '/admin/topics',
  summary: 'List the topics of consent',
  auth: 'admin',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { topics, after } = await listStoredTopics(table, cursorOf(query));
    return page(topics, after);
  },
});
