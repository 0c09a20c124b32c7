import { rotated } from '../../shared/domain/messaging/webhook-endpoint.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { requireWebhook } from '../../shared/flows/messaging/webhooks/shown-webhook.ts';
import { shownSecret } from '../../shared/flows/messaging/webhooks/webhook-signature.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { saveWebhookEndpoint } from '../../shared/stores/webhook-endpoints.ts';

const attempts = 5;

/** A new secret, shown this once. For a day calls carry the signatures of the older ones too. */
export const makeWebhookKey = route({
  method: 'POST',
  path: '/admin/webhooks/{id}/keys',
  summary:
    'Make a new secret for signing; it is shown this once, and the older ones sign on for 24 hours',
  auth: 'administer',
  status: 201,
  handle: async ({ params }, { table, clock, ids, secrets }) => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const endpoint = await requireWebhook(table, params['id'] ?? '');
      const now = clock.now();
      const key = ids.next();
      const after = rotated(endpoint, key, now);
      if (after === undefined) {
        throw new Problem(409, 'Five keys sign already: wait until one has run out.');
      }
      if ((await saveWebhookEndpoint(table, after)).kind !== 'written') continue;
      const secret = await shownSecret(secrets, endpoint.id, key);
      return { status: 201, json: { id: key, secret, createdAt: isoInstant(now) } };
    }
    throw new Problem(409, 'Somebody else is changing this webhook: try again.');
  },
});
