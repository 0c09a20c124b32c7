import * as z from 'zod';
import type { WebhookEndpoint } from '../domain/messaging/webhook-endpoint.ts';
import type { Item, Table, WriteResult } from '../ports/table.ts';

/**
 * Where webhooks go, in `marketing`: pk `webhook`, sk endpoint id; few, read as a list and one by id.
 * The secrets they are signed with are derived from a secret of the installation: none lies here.
 */
const storedSchema = z.object({
  sk: z.string(),
  name: z.string(),
  url: z.string(),
  keys: z
    .array(z.object({ id: z.string(), createdAt: z.string(), until: z.string().optional() }))
    .min(1),
  revision: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

function parse(item: Item): WebhookEndpoint {
  const { sk: id, ...fields } = storedSchema.parse(item);
  return { id, ...fields };
}

const keyOf = (id: string) => ({ pk: 'webhook', sk: id });

export async function getWebhookEndpoint(
  table: Table,
  id: string,
): Promise<WebhookEndpoint | undefined> {
  const item = await table.get('marketing', keyOf(id));
  return item === undefined ? undefined : parse(item);
}

/** Stores an endpoint on top of the revision it was read at; refused when somebody else was faster. */
export function saveWebhookEndpoint(
  table: Table,
  { id, revision, keys, ...fields }: WebhookEndpoint,
): Promise<WriteResult> {
  return table.write({
    kind: 'put',
    table: 'marketing',
    item: {
      ...keyOf(id),
      ...fields,
      keys: keys.map(({ until, ...key }) => ({ ...key, ...(until !== undefined && { until }) })),
      revision: revision + 1,
    },
    when: revision === 0 ? { absent: true } : { attribute: 'revision', equals: revision },
  });
}

export const deleteWebhookEndpoint = (table: Table, id: string): Promise<WriteResult> =>
  table.write({ kind: 'delete', table: 'marketing', key: keyOf(id) });

export async function listWebhookEndpoints(
  table: Table,
  after: string | null,
): Promise<{ readonly rows: readonly WebhookEndpoint[]; readonly after: string | null }> {
  const page = await table.query('marketing', {
    pk: 'webhook',
    after,
    limit: 100,
    consistent: true,
  });
  return { rows: page.items.map(parse), after: page.after };
}
