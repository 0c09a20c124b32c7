import { defineSegment } from '../../shared/domain/segments/definition.ts';
import { usersOf } from '../../shared/domain/segments/naming.ts';
import { noSegment } from '../../shared/flows/segments/require-segment.ts';
import { changeRules } from '../../shared/flows/segments/rules-change.ts';
import type { HttpAnswer } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { campaignsOfSegment } from '../../shared/stores/campaigns.ts';
import { loadRules } from '../../shared/stores/segments.ts';

/** A segment goes: its members leave it in a pass over everybody. Refused while anything uses it. */
export const deleteSegment = route({
  method: 'DELETE',
  path: '/admin/segments/{id}',
  summary: 'Delete a segment',
  auth: 'admin',
  status: 202,
  handle: async ({ params }, ports): Promise<HttpAnswer> => {
    const id = params['id'] ?? '';
    const { segments } = await loadRules(ports.table);
    const segment = segments.find((one) => one.id === id);
    if (segment === undefined) throw noSegment(id);
    const users = [
      ...usersOf({ kind: 'segment', id }, segments).map((user) => `segment "${user.id}"`),
      ...(await campaignsOfSegment(ports.table, id)).map((user) => `campaign "${user}"`),
    ];
    if (users.length > 0) {
      throw new Problem(409, `Segment "${id}" is used by ${users.join(', ')}: change those first.`);
    }
    const nothing = { id, name: segment.name, rule: undefined };
    await changeRules((source, at) => defineSegment(source, nothing, at), ports);
    return { status: 202, json: { id, state: 'deleting' } };
  },
});
