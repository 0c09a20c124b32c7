import * as z from 'zod';
import { messageId, parseMessageId } from '../../shared/domain/messaging/message.ts';
import { flatPrice } from '../../shared/domain/messaging/policy/price.ts';
import { emailLinkPlan } from '../../shared/domain/templates/email-links.ts';
import {
  emailRenderer,
  type RenderedEmail,
} from '../../shared/domain/templates/email-rendering.ts';
import { type Template, wordsOfAll } from '../../shared/domain/templates/template.ts';
import type { Words } from '../../shared/domain/templates/template-words.ts';
import { emailPace } from '../../shared/flows/messaging/pace/pace.ts';
import type { Composed } from '../../shared/flows/messaging/sending/compose-messages.ts';
import {
  type Channel,
  sendBodySchema,
  sendMessages,
} from '../../shared/flows/messaging/sending/send-messages.ts';
import { emailTestSchema, sendTest } from '../../shared/flows/messaging/sending/test-messages.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { Email, EmailSender, SendAnswer } from '../../shared/ports/senders.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { nameOf } from '../../shared/runtime/error-name.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { queueFunction, type Received } from '../../shared/runtime/queue-function.ts';

const bodySchema = z.union([sendBodySchema, emailTestSchema]);

/**
 * Emails that were reserved, up to fifty per call. Bodies of one run share their calls, so that what
 * the shards of an audience leave over fills fifties too; a message that was handed out alone goes
 * alone. A run that fails comes back alone. Test messages go each in a call of its own.
 */
export const handler = queueFunction(bodySchema, async (bodies, ports, context) => {
  const failed = [...(await sendTests(bodies, ports))];
  const messages = bodies.flatMap(({ id, body }) => ('messages' in body ? [{ id, body }] : []));
  const channel = emailChannel(ports.email);
  const groups = Map.groupBy(
    messages,
    ({
      id,
      body: {
        messages: [first = '', ...others],
      },
    }) => (others.length === 0 ? id : parseMessageId(first)?.run),
  );
  for (const group of groups.values()) {
    try {
      const ids = group.flatMap(({ body }) => body.messages);
      await sendMessages(ids, channel, { ports, context });
    } catch (error) {
      logger.error('emails-not-sent', { bodies: group.length, error: nameOf(error) });
      failed.push(...group.map(({ id }) => id));
    }
  }
  return failed;
});

function sendTests(
  bodies: readonly Received<z.infer<typeof bodySchema>>[],
  ports: Ports,
): Promise<readonly string[]> {
  const tests = bodies.flatMap(({ body, ...rest }) => ('test' in body ? [{ ...rest, body }] : []));
  const send = async (email: Email): Promise<SendAnswer> => {
    const [answer] = await ports.email.send([email]);
    if (answer === undefined) throw new Error('A test message was not answered.');
    return answer;
  };
  return eachMessage(tests, (body) => sendTest(body, { queue: 'emails', send, ports }));
}

/** What data adds to a template and headers to an email, and tracking to a link, in bytes, as far as one can guess. */
const guessedBytes = 3_000;
const guessedLinkBytes = 400;

function emailChannel(sender: EmailSender): Channel<RenderedEmail, Email> {
  return {
    rendererOf: (template) => {
      if (template.channel === 'email') return emailRenderer(template);
      throw new Error('A template for another channel stands behind an email.');
    },
    findLinks: emailLinkPlan,
    priceOf: (_, prices) => flatPrice(prices, 'email'),
    paceOf: emailPace,
    contentOf: emailOf,
    bytesOf: (email) => byteLength(JSON.stringify(email)),
    callSize: (template) => {
      const fitting = Math.floor(sender.batchBytes / (templateBytes(template) + guessedBytes));
      return Math.max(1, Math.min(sender.batchSize, fitting));
    },
    callBytes: sender.batchBytes,
    send: (emails) => sender.send(emails),
  };
}

function emailOf({
  row,
  to,
  rendered,
  unsubscribeUrl,
}: Composed<RenderedEmail>): Email | undefined {
  const isMarketing = row.kind === 'marketing' && unsubscribeUrl !== undefined;
  return {
    id: messageId(row),
    to,
    ...rendered,
    // RFC 8058: one click in the mail program unsubscribes.
    headers: isMarketing
      ? {
          'List-Unsubscribe': `<${unsubscribeUrl}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }
      : {},
    // A tag takes no dots.
    tags: { message: messageId(row), campaign: row.campaign.replaceAll('.', '_') },
  };
}

const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

function templateBytes(template: Template): number {
  return template.channel === 'email' ? Math.max(...wordsOfAll(template).map(wordsBytes)) : 0;
}

function wordsBytes({ html = '', text }: Words): number {
  const links = html.split('href').length - 1;
  const bytes = byteLength(JSON.stringify(html)) + links * guessedLinkBytes;
  // A text made from the HTML is a good part of it at most.
  return bytes + (text === undefined ? bytes / 2 : byteLength(text));
}
