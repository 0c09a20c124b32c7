import { shownWebhook } from '../../shared/flows/messaging/webhooks/shown-webhook.ts';
import { page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { listWebhookEndpoints } from '../../shared/stores/webhook-endpoints.ts';

export const listWebhooks = route({
  method: 'GET',
  path: '/admin/webhooks',
  summary: 'List the endpoints for webhooks',
  auth: 'market',
  query: listQuerySchema,
  handle: async ({ query }, { table, clock }) => {
    const { rows, after } = await listWebhookEndpoints(table, cursorOf(query));
    const now = clock.now();
    return page(
      rows.map((endpoint) => shownWebhook(endpoint, now)),
      after,
    );
  },
});
