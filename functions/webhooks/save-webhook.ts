import { slugSchema } from '../../shared/domain/identity/slug.ts';
import {
  faultOfUrl,
  webhookEndpointSchema,
} from '../../shared/domain/messaging/webhook-endpoint.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { shownWebhook } from '../../shared/flows/messaging/webhooks/shown-webhook.ts';
import { shownSecret } from '../../shared/flows/messaging/webhooks/webhook-signature.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessableField } from '../../shared/runtime/problem.ts';
import { getWebhookEndpoint, saveWebhookEndpoint } from '../../shared/stores/webhook-endpoints.ts';

const attempts = 5;

/** Where webhooks of campaigns go. The first save answers the secret they are signed with, this once. */
export const saveWebhook = route({
  method: 'PUT',
  path: '/admin/webhooks/{id}',
  summary:
    'Make or change an endpoint for webhooks; when it is made, `secret` is shown, this once: calls are signed with it (standardwebhooks.com)',
  auth: 'administer',
  body: webhookEndpointSchema,
  handle: async ({ params, body }, { table, clock, ids, secrets, settings }) => {
    const id = pathParam(params, 'id', slugSchema);
    // Only the local world answers on plain http.
    const fault = faultOfUrl(body.url, settings.publicUrl.startsWith('http:'));
    if (fault !== undefined) throw unprocessableField('url', fault);
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const now = clock.now();
      const at = isoInstant(now);
      const before = await getWebhookEndpoint(table, id);
      const key = ids.next();
      const endpoint = before ?? {
        id,
        keys: [{ id: key, createdAt: at }],
        revision: 0,
        createdAt: at,
      };
      const after = { ...endpoint, ...body, updatedAt: at };
      if ((await saveWebhookEndpoint(table, after)).kind !== 'written') continue;
      const shown = shownWebhook(after, now);
      if (before !== undefined) return ok(shown);
      return ok({ ...shown, secret: await shownSecret(secrets, id, key) });
    }
    throw new Problem(409, 'Somebody else is saving this webhook: read it and save again.');
  },
});
