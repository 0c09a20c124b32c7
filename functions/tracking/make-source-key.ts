import { isoInstant } from '../../shared/domain/time/instant.ts';
import { requireSource } from '../../shared/flows/tracking/require-source.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { addSourceKey } from '../../shared/stores/sources.ts';

/** A new write key. It is shown this once: only its hash is stored. */
export const makeSourceKey: Route = route({
  method: 'POST',
  path: '/admin/sources/{id}/keys',
  summary: 'Make a write key; it is shown this once',
  auth: 'administer',
  status: 201,
  handle: async ({ params }, { table, clock, ids }) => {
    const source = params['id'] ?? '';
    await requireSource(table, source);
    const key = ids.secret();
    const createdAt = isoInstant(clock.now());
    const id = await addSourceKey(table, { source, hash: hashWriteKey(key), createdAt });
    return { status: 201, json: { id, key, createdAt } };
  },
});
