import { createHmac } from 'node:crypto';
import { signingKeys, type WebhookEndpoint } from '../../../domain/messaging/webhook-endpoint.ts';
import type { Secrets } from '../../../ports/secrets.ts';

/**
 * What a key signs with: derived from the installation's own secret, so that it can be shown once and
 * lies in no table. A line break stands in no token that is signed with that secret for a link.
 */
async function secretOf(secrets: Secrets, endpoint: string, key: string): Promise<Buffer> {
  const installation = await secrets.get('link-signing');
  return createHmac('sha256', installation).update(`webhook\n${endpoint}\n${key}`).digest();
}

/** The secret as the receiver is given it, in the form of Standard Webhooks. */
export const shownSecret = async (
  secrets: Secrets,
  endpoint: string,
  key: string,
): Promise<string> => `whsec_${(await secretOf(secrets, endpoint, key)).toString('base64')}`;

/**
 * The headers of Standard Webhooks (standardwebhooks.com): `webhook-id` is the message's and stays the
 * same however often it is sent, the signature is over id, time and body, once for each key.
 */
export async function webhookHeaders(
  { id, body }: { readonly id: string; readonly body: string },
  endpoint: WebhookEndpoint,
  { secrets, now }: { readonly secrets: Secrets; readonly now: number },
): Promise<Readonly<Record<string, string>>> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = await Promise.all(
    signingKeys(endpoint, now).map(async (key) => {
      const secret = await secretOf(secrets, endpoint.id, key.id);
      return `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
    }),
  );
  return {
    'content-type': 'application/json',
    'user-agent': 'Perennial',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
