import { messageId, parseMessageId } from '../../shared/domain/messaging/message.ts';
import { flatPrice } from '../../shared/domain/messaging/policy/price.ts';
import type { WebhookEndpoint } from '../../shared/domain/messaging/webhook-endpoint.ts';
import {
  type RenderedWebhook,
  webhookRenderer,
} from '../../shared/domain/templates/webhook-rendering.ts';
import {
  type Channel,
  sendBodySchema,
  sendMessages,
} from '../../shared/flows/messaging/sending/send-messages.ts';
import { webhookHeaders } from '../../shared/flows/messaging/webhooks/webhook-signature.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { Webhook } from '../../shared/ports/senders.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { getWebhookEndpoint } from '../../shared/stores/webhook-endpoints.ts';

/** Calls made at the same time, each of one message; and how large one may be, in bytes. */
const callSize = 10;
const maxBytes = 256 * 1024;

/**
 * Webhooks that were reserved. Whoever receives one knows a repeat by its `webhook-id`: what stayed
 * without a clear answer is called again, until it is taken, refused for good, or given up.
 */
export const handler = queueFunction(sendBodySchema, (messages, ports, context) =>
  eachMessage(messages, async (body) => {
    const endpoint = await endpointOf(body.messages, ports);
    await sendMessages(body.messages, webhookChannel(endpoint, ports), { ports, context });
  }),
);

/** The endpoint of the run that the messages are of; undefined when it has been deleted. */
async function endpointOf(
  [first = '']: readonly string[],
  { table }: Ports,
): Promise<WebhookEndpoint | undefined> {
  const run = await getRun(table, parseMessageId(first)?.run ?? '');
  const endpoint = run?.definition.message.endpoint;
  return endpoint === undefined ? undefined : getWebhookEndpoint(table, endpoint);
}

type Call = Pick<Webhook, 'id' | 'body'>;

const webhookChannel = (
  endpoint: WebhookEndpoint | undefined,
  { webhook, secrets, clock }: Ports,
): Channel<RenderedWebhook, Call> => ({
  rendererOf: (template) => {
    if (template.channel === 'webhook') return webhookRenderer(template);
    throw new Error('A template for another channel stands behind a webhook.');
  },
  priceOf: (_, prices) => flatPrice(prices, 'webhook'),
  contentOf: ({ row, rendered: { body } }) =>
    Buffer.byteLength(body) > maxBytes ? undefined : { id: messageId(row), body },
  bytesOf: () => 1,
  callSize: () => callSize,
  callBytes: callSize,
  send: (calls) =>
    Promise.all(
      calls.map(async (call) => {
        if (endpoint === undefined) return { kind: 'rejected', reason: 'no-endpoint' } as const;
        const headers = await webhookHeaders(call, endpoint, { secrets, now: clock.now() });
        return webhook.send({ ...call, url: endpoint.url, headers });
      }),
    ),
});
