import { defineComputed } from '../../shared/domain/segments/computed-definition.ts';
import { requireComputed } from '../../shared/flows/computed/computed-status.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { requireUnused } from '../../shared/flows/segments/require-unused.ts';
import type { HttpAnswer } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** A computed value goes, with the next pass over everybody. Refused while a rule uses it; templates show nothing for it. */
export const deleteComputed: Route = route({
  method: 'DELETE',
  path: '/admin/computed/{id}',
  summary: 'Delete a computed value; 409 while a segment or a campaign uses it',
  auth: 'market',
  status: 202,
  handle: async ({ params }, ports): Promise<HttpAnswer> => {
    const { table } = ports;
    const { id, name } = await requireComputed(table, params['id'] ?? '');
    await requireUnused({ kind: 'computed', id }, { table, shown: `Computed value "${id}"` });
    const nothing = { id, name, definition: undefined };
    await changeRules((source, at) => defineComputed(source, nothing, at), ports);
    return { status: 202, json: { id, state: 'deleting' } };
  },
});
