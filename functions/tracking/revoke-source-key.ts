import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { removeSourceKey } from '../../shared/stores/sources.ts';

/** Revokes a write key by its id, or by the key itself. */
export const revokeSourceKey: Route = route({
  method: 'DELETE',
  path: '/admin/sources/{id}/keys/{key}',
  summary: 'Revoke a write key',
  auth: 'administer',
  handle: async ({ params }, { table }) => {
    const { id: source = '', key = '' } = params;
    const revoked =
      (await removeSourceKey(table, source, key)) ||
      (await removeSourceKey(table, source, hashWriteKey(key).slice(0, 16)));
    if (!revoked) throw new Problem(404, `Source "${source}" has no such key.`);
    return ok({ revoked: true });
  },
});
