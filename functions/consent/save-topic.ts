import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { getTopic, putTopic } from '../../shared/stores/topics.ts';

const topicSchema = z.strictObject({ name: z.string().trim().min(1).max(200) });

/** What people give their consent about, with the name they are shown. */
export const saveTopic: Route = route({
  method: 'PUT',
  path: '/admin/topics/{id}',
  summary: 'Make or rename a topic of consent',
  auth: 'market',
  body: topicSchema,
  handle: async ({ params, body }, { table, clock }) => {
    const id = pathParam(params, 'id', slugSchema);
    const before = await getTopic(table, id);
    const topic = { id, ...body, createdAt: before?.createdAt ?? isoInstant(clock.now()) };
    await putTopic(table, topic);
    return ok(topic);
  },
});
