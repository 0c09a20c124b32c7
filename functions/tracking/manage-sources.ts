import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { ok, page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import {
  addSourceKey,
  getSource,
  listSourceKeys,
  listSources as listStoredSources,
  putSource,
  removeSourceKey,
} from '../../shared/stores/sources.ts';

const sourceSchema = z.strictObject({ name: z.string().trim().min(1).max(200) });

const noSource = (id: string): Problem => new Problem(404, `There is no source "${id}".`);

/** A website, shop or app that posts with keys of its own. */
export const saveSource: Route = route({
  method: 'PUT',
  path: '/admin/sources/{id}',
  summary: 'Make or rename a source',
  auth: 'admin',
  body: sourceSchema,
  handle: async ({ params, body }, { table, clock }) => {
    const id = pathParam(params, 'id', slugSchema);
    const before = await getSource(table, id);
    const source = { id, ...body, createdAt: before?.createdAt ?? isoInstant(clock.now()) };
    await putSource(table, source);
    return ok(source);
  },
});

/** One source with its keys: their ids, never the keys. */
export const readSource: Route = route({
  method: 'GET',
  path: '/admin/sources/{id}',
  summary: 'Read a source and the ids of its write keys',
  auth: 'admin',
  handle: async ({ params }, { table }) => {
    const id = params['id'] ?? '';
    const source = await getSource(table, id);
    if (source === undefined) throw noSource(id);
    return ok({ ...source, keys: await listSourceKeys(table, id) });
  },
});

export const listSources: Route = route({
  method: 'GET',
  path: '/admin/sources',
  summary: 'List the sources',
  auth: 'admin',
  query: listQuerySchema,
  handle: async ({ query }, { table }) => {
    const { sources, after } = await listStoredSources(table, cursorOf(query));
    return page(sources, after);
  },
});

/** A new write key. It is shown this once: only its hash is stored. */
export const makeSourceKey: Route = route({
  method: 'POST',
  path: '/admin/sources/{id}/keys',
  summary: 'Make a write key; it is shown this once',
  auth: 'admin',
  status: 201,
  handle: async ({ params }, { table, clock, ids }) => {
    const source = params['id'] ?? '';
    if ((await getSource(table, source)) === undefined) throw noSource(source);
    const key = ids.secret();
    const createdAt = isoInstant(clock.now());
    const id = await addSourceKey(table, { source, hash: hashWriteKey(key), createdAt });
    return { status: 201, json: { id, key, createdAt } };
  },
});

/** Revokes a write key by its id, or by the key itself. */
export const revokeSourceKey: Route = route({
  method: 'DELETE',
  path: '/admin/sources/{id}/keys/{key}',
  summary: 'Revoke a write key',
  auth: 'admin',
  handle: async ({ params }, { table }) => {
    const { id: source = '', key = '' } = params;
    const revoked =
      (await removeSourceKey(table, source, key)) ||
      (await removeSourceKey(table, source, hashWriteKey(key).slice(0, 16)));
    if (!revoked) throw new Problem(404, `Source "${source}" has no such key.`);
    return ok({ revoked: true });
  },
});
