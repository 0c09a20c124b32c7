import {
  requireWebhook,
  shownWebhook,
} from '../../shared/flows/messaging/webhooks/shown-webhook.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

export const readWebhook = route({
  method: 'GET',
  path: '/admin/webhooks/{id}',
  summary: 'Read an endpoint for webhooks and the ids of the keys that sign its calls',
  auth: 'market',
  handle: async ({ params }, { table, clock }) =>
    ok(shownWebhook(await requireWebhook(table, params['id'] ?? ''), clock.now())),
});
