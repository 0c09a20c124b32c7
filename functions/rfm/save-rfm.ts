import { rfmSettingsSchema } from '../../shared/domain/rules/rfm/rfm.ts';
import { defineRfm } from '../../shared/domain/segments/rfm-definition.ts';
import { rfmStatus } from '../../shared/flows/rfm/rfm-status.ts';
import { changeRules } from '../../shared/flows/segments/change-rules.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** What is an order is said anew; the old scores serve until everybody has new ones. */
export const saveRfm: Route = route({
  method: 'PUT',
  path: '/admin/rfm',
  summary: 'Say what RFM goes by: the event of an order, its money, currency and window',
  auth: 'market',
  body: rfmSettingsSchema,
  handle: async ({ body }, ports) => {
    await changeRules((source, at) => defineRfm(source, body, at), ports);
    return ok(await rfmStatus(ports.table));
  },
});
