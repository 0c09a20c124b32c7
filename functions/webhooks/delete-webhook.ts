import { requireWebhook } from '../../shared/flows/messaging/webhooks/shown-webhook.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { deleteWebhookEndpoint } from '../../shared/stores/webhook-endpoints.ts';

/** It is called no more: messages that still wait for it are rejected with `no-endpoint`. */
export const deleteWebhook = route({
  method: 'DELETE',
  path: '/admin/webhooks/{id}',
  summary:
    'Delete an endpoint for webhooks; messages that still wait for it end as `rejected` with the reason `no-endpoint`',
  auth: 'administer',
  handle: async ({ params }, { table }) => {
    const { id } = await requireWebhook(table, params['id'] ?? '');
    await deleteWebhookEndpoint(table, id);
    return ok({ id, deleted: true });
  },
});
