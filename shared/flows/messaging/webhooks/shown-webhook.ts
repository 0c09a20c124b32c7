import { signingKeys, type WebhookEndpoint } from '../../../domain/messaging/webhook-endpoint.ts';
import type { Table } from '../../../ports/table.ts';
import { Problem } from '../../../runtime/problem.ts';
import { getWebhookEndpoint } from '../../../stores/webhook-endpoints.ts';

/** An endpoint as the API shows it: the ids of the keys that sign, never what they sign with. */
export function shownWebhook(endpoint: WebhookEndpoint, now: number) {
  const { id, name, url, createdAt, updatedAt } = endpoint;
  return { id, name, url, keys: signingKeys(endpoint, now), createdAt, updatedAt };
}

/** The endpoint of an id; 404 when there is none. */
export async function requireWebhook(table: Table, id: string): Promise<WebhookEndpoint> {
  const endpoint = await getWebhookEndpoint(table, id);
  if (endpoint === undefined) throw new Problem(404, `There is no webhook "${id}".`);
  return endpoint;
}
