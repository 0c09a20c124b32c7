import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { getSource, putSource } from '../../shared/stores/sources.ts';

const sourceSchema = z.strictObject({ name: z.string().trim().min(1).max(200) });

/** A website, shop or app that posts with keys of its own. */
export const saveSource: Route = route({
  method: 'PUT',
  path: '/admin/sources/{id}',
  summary: 'Make or rename a source',
  auth: 'administer',
  body: sourceSchema,
  handle: async ({ params, body }, { table, clock }) => {
    const id = pathParam(params, 'id', slugSchema);
    const before = await getSource(table, id);
    const source = { id, ...body, createdAt: before?.createdAt ?? isoInstant(clock.now()) };
    await putSource(table, source);
    return ok(source);
  },
});
