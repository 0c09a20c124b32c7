import * as z from 'zod';
import { type EmailEvent, readEmailEvent } from '../../shared/domain/deliverability/email-event.ts';
import {
  changeBy,
  isReaction,
  provesSending,
} from '../../shared/domain/deliverability/feedback.ts';
import { isAgainstReputation } from '../../shared/domain/deliverability/reputation-judgement.ts';
import { normaliseEmail } from '../../shared/domain/identity/identifier.ts';
import { parseMessageId } from '../../shared/domain/messaging/message.ts';
import { countFeedback } from '../../shared/flows/deliverability/count-feedback.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { nameOf } from '../../shared/runtime/error-name.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { recordReaction } from '../../shared/stores/contacts.ts';
import {
  type MessageEvent,
  recordMessageEvent,
  recordSent,
} from '../../shared/stores/message-entries.ts';
import { getMessages, updateMessage, writeOnce } from '../../shared/stores/messages.ts';
import { recordStray } from '../../shared/stores/strays.ts';
import { suppress } from '../../shared/stores/suppressions.ts';

/** An event of EventBridge; what SES says is in `detail`. */
const bodySchema = z.looseObject({ detail: z.unknown() });

/**
 * What SES says about emails: it moves ledger rows forward, writes on people's timelines, suppresses
 * addresses that bounced for good or complained, and pauses campaigns that bring too many of these.
 * Each write may be repeated, so an event that comes twice, late or out of order changes nothing more.
 */
export const handler = queueFunction(bodySchema, async (messages, ports) => {
  const failed: string[] = [];
  for (const { id, body } of messages) {
    const event = readEmailEvent(body.detail);
    if (event === 'foreign') continue;
    if (event === 'unreadable') {
      logger.error('email-event-unreadable', { messageId: id });
      failed.push(id);
      continue;
    }
    try {
      await recordEmailEvent(event, ports);
    } catch (error) {
      const about = { ledgerId: event.message, error: nameOf(error) };
      logger.error('email-event-not-recorded', about);
      failed.push(id);
    }
  }
  return failed;
});

async function recordEmailEvent(event: EmailEvent, ports: Ports): Promise<void> {
  const [message] = await getMessages(ports.table, [event.message]);
  if (message === undefined) {
    logger.warn('email-event-of-unknown-message', { ledgerId: event.message });
    if (parseMessageId(event.message) === undefined) return;
    // A restored backup has forgotten it, and the person wants nothing more all the same.
    if (event.kind !== 'rejected') await recordStray(ports.table, event, ports.clock.now());
    return suppressAddresses(event, ports);
  }
  if (provesSending(event, message)) await recordSent(message, ports);
  const entry = entryOf(event);
  if (entry !== undefined) await recordMessageEvent(message, entry, ports);
  await suppressAddresses(event, ports);
  if (isAgainstReputation(event)) await countFeedback(event, message, ports);
  else await updateMessage(ports.table, message, (row) => changeBy(event, row));
  if (!isReaction(event)) return;
  await recordReaction(ports.table, message.profileId, { channel: message.channel, at: event.at });
}

/** The entry on the timeline; what was sent is written by `recordSent`. */
function entryOf(event: EmailEvent): MessageEvent | undefined {
  const occurredAt = event.at;
  switch (event.kind) {
    case 'sent':
      return undefined;
    case 'delayed': {
      const { detail } = event;
      const distinction = `${occurredAt}\n${detail}`;
      return { type: 'message.delayed', occurredAt, distinction, data: { detail } };
    }
    case 'delivered':
      return { type: 'message.delivered', occurredAt, distinction: '' };
    case 'bounced': {
      const { permanent, detail, feedbackId: distinction } = event;
      return { type: 'message.bounced', occurredAt, distinction, data: { permanent, detail } };
    }
    case 'complained':
      return { type: 'message.complained', occurredAt, distinction: event.feedbackId };
    case 'rejected': {
      const { detail } = event;
      return { type: 'message.rejected', occurredAt, distinction: '', data: { detail } };
    }
    case 'opened': {
      const { automated } = event;
      return { type: 'message.opened', occurredAt, distinction: '', data: { automated } };
    }
    case 'clicked': {
      const { automated, link } = event;
      return { type: 'message.clicked', occurredAt, distinction: link, data: { automated, link } };
    }
  }
}

/** A mailbox that does not exist, and a person who called it spam, get nothing any more. */
async function suppressAddresses(event: EmailEvent, ports: Ports): Promise<void> {
  const isFinal = event.kind === 'complained' || (event.kind === 'bounced' && event.permanent);
  if (!isFinal) return;
  const reason = event.kind === 'complained' ? 'complaint' : 'bounce';
  for (const written of event.addresses) {
    const address = normaliseEmail(written) ?? written;
    const why = { reason, at: event.at, message: event.message } as const;
    await writeOnce(ports.table, suppress('email', address, why));
  }
}
