import { type Message, messageId } from '../../shared/domain/messaging/message.ts';
import { flatPrice } from '../../shared/domain/messaging/policy/price.ts';
import type { Device } from '../../shared/domain/profiles/profile.ts';
import { urlLinkPlan } from '../../shared/domain/templates/links.ts';
import { pushRenderer, type RenderedPush } from '../../shared/domain/templates/push-rendering.ts';
import { devicesOf, removeDevices } from '../../shared/flows/messaging/push/devices.ts';
import { pushToAll } from '../../shared/flows/messaging/push/push-to-all.ts';
import {
  type Channel,
  sendBodySchema,
  sendMessages,
} from '../../shared/flows/messaging/sending/send-messages.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { NotSent, type Push } from '../../shared/ports/senders.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';

/** Beneath the 4 KB that Apple and Google take, with what is put around it. */
const maxBytes = 3_500;

/** Push messages that were reserved, one person a call: it goes to all of their devices. */
export const handler = queueFunction(sendBodySchema, (messages, ports, context) =>
  eachMessage(messages, async (body) => {
    const gone = new Map<string, readonly Device[]>();
    try {
      await sendMessages(body.messages, pushChannel(gone, ports), { ports, context });
    } finally {
      // Last of all: a crash before it only means that the next message finds out again.
      for (const [profileId, devices] of gone) await removeDevices(profileId, devices, ports);
    }
  }),
);

type Content = Omit<Push, 'device'> & { readonly row: Message };

const pushChannel = (
  gone: Map<string, readonly Device[]>,
  ports: Ports,
): Channel<RenderedPush, Content> => ({
  rendererOf: (template) => {
    if (template.channel === 'push') return pushRenderer(template);
    throw new Error('A template for another channel stands behind a push message.');
  },
  findLinks: urlLinkPlan,
  priceOf: (_, prices) => flatPrice(prices, 'push'),
  contentOf: ({ row, rendered }) => {
    const content = { id: messageId(row), ...rendered };
    return Buffer.byteLength(JSON.stringify(content)) > maxBytes ? undefined : { row, ...content };
  },
  bytesOf: () => 1,
  callSize: () => 1,
  callBytes: 1,
  send: (contents) =>
    Promise.all(
      contents.map(async ({ row: { profileId }, ...push }) => {
        const { own, lost } = await devicesOf(profileId, ports).catch((cause: unknown) => {
          throw new NotSent('The devices could not be read.', { cause });
        });
        const outcome = await pushToAll(push, own, ports.push);
        const leaving = [...lost, ...outcome.gone];
        if (leaving.length > 0) gone.set(profileId, leaving);
        return outcome.answer;
      }),
    ),
});
