import { type Message, type MessageChannel, messageId } from '../../../domain/messaging/message.ts';
import type { Ports } from '../../../ports/ports.ts';
import type { QueueName } from '../../../ports/queue.ts';

/** The queue of each channel's sender. */
const queueOf = {
  email: 'emails',
  sms: 'texts',
  push: 'pushes',
  webhook: 'webhooks',
} as const satisfies Record<MessageChannel, QueueName>;

/** Messages per queue body, at most. */
const bodySize = 50;

/**
 * Puts reserved messages on the senders' queues, in their order, those that can share a call together. Each
 * run is a group of its own, so that an order's confirmation does not wait behind a hundred thousand newsletters.
 */
export async function handOut(
  rows: readonly Message[],
  to: {
    readonly queue: Ports['queue'];
    readonly delaySeconds?: number;
    /** A body for each, so that a message that spoils its call spoils no other. */
    readonly eachAlone?: boolean;
  },
): Promise<void> {
  const bodies = new Map<QueueName, { readonly run: string; readonly ids: string[] }[]>();
  const open = new Map<string, string[]>();
  for (const row of rows) {
    const shared = [row.run, row.channel, row.template, row.templateVersion].join('\n');
    let ids = open.get(shared);
    if (ids === undefined || ids.length >= (to.eachAlone === true ? 1 : bodySize)) {
      ids = [];
      open.set(shared, ids);
      const queue = queueOf[row.channel];
      bodies.set(queue, [...(bodies.get(queue) ?? []), { run: row.run, ids }]);
    }
    ids.push(messageId(row));
  }
  const { delaySeconds } = to;
  for (const [queue, lists] of bodies) {
    const messages = lists.map(({ run: group, ids }) => ({
      body: { messages: ids },
      group,
      ...(delaySeconds !== undefined && { delaySeconds }),
    }));
    await to.queue.send(queue, messages);
  }
}
