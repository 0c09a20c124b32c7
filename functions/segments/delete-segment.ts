import { isEventSchedule } from '../../shared/domain/campaigns/schedule.ts';
import { dependentsOf, references } from '../../shared/domain/segments/definition.ts';
import { changeSegment } from '../../shared/flows/segments/segment-change.ts';
import type { Table } from '../../shared/ports/table.ts';
import type { HttpAnswer } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { listCampaigns } from '../../shared/stores/campaigns.ts';
import { loadRules } from '../../shared/stores/segments.ts';
import { noSegment } from './read-segment.ts';

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
      ...dependentsOf(id, segments).map((user) => `segment "${user.id}"`),
      ...(await campaignsUsing(id, ports.table)).map((user) => `campaign "${user}"`),
    ];
    if (users.length > 0) {
      throw new Problem(409, `Segment "${id}" is used by ${users.join(', ')}: change those first.`);
    }
    await changeSegment({ id, name: segment.name, rule: undefined }, ports);
    return { status: 202, json: { id, state: 'deleting' } };
  },
});

/** Campaigns that are not over and name the segment, in their audience or their `unless`. */
async function campaignsUsing(segment: string, table: Table): Promise<string[]> {
  const users: string[] = [];
  let after: string | null = null;
  do {
    const read: Awaited<ReturnType<typeof listCampaigns>> = await listCampaigns(table, {
      after,
      limit: 100,
    });
    for (const { id, state, definition } of read.rows) {
      if (state === 'completed' || state === 'cancelled') continue;
      const { include = [], exclude = [] } = definition.audience ?? {};
      const { schedule } = definition;
      const unless = isEventSchedule(schedule) ? schedule.unless : undefined;
      const asked = unless === undefined ? [] : references(unless).map((one) => one.segment);
      if ([...include, ...exclude, ...asked].includes(segment)) users.push(id);
    }
    after = read.after;
  } while (after !== null);
  return users;
}
