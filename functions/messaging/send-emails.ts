import { messageId, parseMessageId } from '../../shared/domain/messaging/message.ts';
import { emailLinkPlan } from '../../shared/domain/templates/email-links.ts';
import { flatPrice } from '../../shared/domain/messaging/policy/price.ts';
import {
  emailRenderer,
  type RenderedEmail,
} from '../../shared/domain/templates/email-rendering.ts';
import type { Template } from '../../shared/domain/templates/template.ts';
import type { Composed } from '../../shared/flows/messaging/compose-messages.ts';
import {
  type Channel,
  sendBodySchema,
  sendMessages,
} from '../../shared/flows/messaging/send-messages.ts';
import type { Email, EmailSender } from '../../shared/ports/senders.ts';
import { nameOf } from '../../shared/runtime/error-name.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';

/**
 * Emails that were reserved, up to fifty per call. Bodies of one run share their calls, so that what
 * the shards of an audience leave over fills fifties too; a message that was handed out alone goes
 * alone. A run that fails comes back alone.
 */
export const handler = queueFunction(sendBodySchema, async (messages, ports, context) => {
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
  const failed: string[] = [];
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

/** What data adds to a template and headers to an email, in bytes, as far as one can guess. */
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
  if (template.channel !== 'email') return 0;
  const links = template.html.split('href').length - 1;
  const html = byteLength(JSON.stringify(template.html)) + links * guessedLinkBytes;
  // A text made from the HTML is a good part of it at most.
  return html + (template.text === undefined ? html / 2 : byteLength(template.text));
}
