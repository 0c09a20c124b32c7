import { entryIdOf } from '../../../domain/messaging/entry-id.ts';
import { messageId } from '../../../domain/messaging/message.ts';
import { maxReplyCharacters } from '../../../domain/messaging/texts/inbound-text.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { recordReaction } from '../../../stores/contacts.ts';
import { updateMessage, writeOnce } from '../../../stores/messages.ts';
import { timelineEntry } from '../../../stores/timeline.ts';
import { answeredText } from './answered-text.ts';

/** A text that a person sent; `previous`: the provider's id of what it answers. */
export type Reply = {
  readonly profileId: string;
  readonly id: string;
  readonly at: string;
  readonly previous: string | undefined;
  readonly text: string;
};

/**
 * Writes an answer on the person's timeline, once however often it is told, and notes on the message
 * and on the contact that the person reacted.
 */
export async function recordReply(reply: Reply, ports: Ports): Promise<void> {
  const { profileId, id, at, previous } = reply;
  const { table, clock } = ports;
  const message = await answeredText(profileId, { previous, at }, ports);
  const answered = message && {
    message: messageId(message),
    campaign: message.campaign,
    run: message.run,
  };
  const entry = {
    id: entryIdOf('message.replied', id),
    profileId,
    type: 'message.replied',
    occurredAt: at,
    recordedAt: isoInstant(clock.now()),
    data: { channel: 'sms', text: reply.text.slice(0, maxReplyCharacters), ...answered },
  };
  await writeOnce(table, timelineEntry(entry, { once: true }));
  if (message !== undefined) {
    await updateMessage(table, message, ({ repliedAt }) =>
      repliedAt === undefined ? { repliedAt: at } : undefined,
    );
  }
  await recordReaction(table, profileId, { channel: 'sms', at });
}
