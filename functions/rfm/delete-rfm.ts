import { removeRfm } from '../../shared/domain/segments/rfm-definition.ts';
import { rfmStatus } from '../../shared/flows/rfm/rfm-status.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { requireUnused } from '../../shared/flows/segments/require-unused.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** RFM is off until a rule or a marketer asks for it again: no more scores, no more nightly pass. */
export const deleteRfm: Route = route({
  method: 'DELETE',
  path: '/admin/rfm',
  summary: 'Switch RFM off; 409 while a segment or a campaign uses it',
  auth: 'market',
  handle: async (_request, ports) => {
    const { table } = ports;
    await requireUnused({ kind: 'rfm', id: '' }, { table, shown: 'RFM' });
    await changeRules(removeRfm, ports);
    return ok(await rfmStatus(table));
  },
});
