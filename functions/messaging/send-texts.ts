import * as z from 'zod';
import { maxTextCharacters } from '../../shared/domain/messaging/ledger.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { smsPrice } from '../../shared/domain/messaging/policy/sms-price.ts';
import { textLinkPlan } from '../../shared/domain/templates/links.ts';
import { type RenderedText, textRenderer } from '../../shared/domain/templates/text-rendering.ts';
import type { Composed } from '../../shared/flows/messaging/sending/compose-messages.ts';
import {
  type Channel,
  sendBodySchema,
  sendMessages,
} from '../../shared/flows/messaging/sending/send-messages.ts';
import { sendTest, textTestSchema } from '../../shared/flows/messaging/sending/test-messages.ts';
import type { Text, TextSender } from '../../shared/ports/senders.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';

const bodySchema = z.union([sendBodySchema, textTestSchema]);

/** SMS that were reserved, and test messages, one per call: providers know no bulk. */
export const handler = queueFunction(bodySchema, (messages, ports, context) => {
  const channel = textChannel(ports.text);
  const send = (text: Text) => ports.text.send(text);
  return eachMessage(messages, (body) =>
    'test' in body
      ? sendTest(body, { queue: 'texts', send, ports })
      : sendMessages(body.messages, channel, { ports, context }),
  );
});

const textChannel = (sender: TextSender): Channel<RenderedText, Text> => ({
  rendererOf: (template) => {
    if (template.channel === 'sms') return textRenderer(template);
    throw new Error('A template for another channel stands behind an SMS.');
  },
  findLinks: textLinkPlan,
  priceOf: ({ to, rendered: { text } }, prices) => smsPrice(prices, { to, text }),
  contentOf: textOf,
  bytesOf: () => 1,
  callSize: () => 1,
  callBytes: 1,
  send: async (texts) => Promise.all(texts.map((text) => sender.send(text))),
});

const textOf = ({ row, to, rendered }: Composed<RenderedText>): Text | undefined =>
  rendered.text.length > maxTextCharacters
    ? undefined
    : { id: messageId(row), to, text: rendered.text };
