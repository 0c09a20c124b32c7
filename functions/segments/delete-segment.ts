import { defineSegment } from '../../shared/domain/segments/segment-definition.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { requireSegment } from '../../shared/flows/segments/require-segment.ts';
import { requireUnused } from '../../shared/flows/segments/require-unused.ts';
import type { HttpAnswer } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

/** A segment goes: its members leave it in a pass over everybody. Refused while anything uses it. */
export const deleteSegment = route({
  method: 'DELETE',
  path: '/admin/segments/{id}',
  summary: 'Delete a segment',
  auth: 'market',
  status: 202,
  handle: async ({ params }, ports): Promise<HttpAnswer> => {
    const id = params['id'] ?? '';
    const { table } = ports;
    const segment = await requireSegment(table, id);
    await requireUnused({ kind: 'segment', id }, { table, shown: `Segment "${id}"` });
    const nothing = { id, name: segment.name, rule: undefined };
    await changeRules((source, at) => defineSegment(source, nothing, at), ports);
    return { status: 202, json: { id, state: 'deleting' } };
  },
});
