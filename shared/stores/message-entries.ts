import { entryIdOf } from '../domain/messaging/entry-id.ts';
import { heldOutReason } from '../domain/messaging/held-out.ts';
import { type Message, messageId } from '../domain/messaging/message.ts';
import type { TimelineEntry } from '../domain/profiles/timeline-entry.ts';
import { isoInstant } from '../domain/time/instant.ts';
import type { Ports } from '../ports/ports.ts';
import type { Put, Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';
import { timelineEntry, timelineItem } from './timeline.ts';

/** What happened to a message, in the words of the event catalog. */
export type MessageEvent = {
  readonly type:
    | 'message.sent'
    | 'message.held-out'
    | 'message.delayed'
    | 'message.delivered'
    | 'message.bounced'
    | 'message.complained'
    | 'message.rejected'
    | 'message.opened'
    | 'message.clicked';
  /** When it happened, ISO. */
  readonly occurredAt: string;
  /** What tells it from others of its type about the same message. */
  readonly distinction: string;
  readonly data?: Readonly<Record<string, unknown>>;
};

/**
 * Writes what happened to a message on its person's timeline. The entry's key follows from what it
 * says, so it stands once however often it is told, and before the ledger row moves: a crash in
 * between is repaired by telling it again. One write, where a transaction would cost double.
 */
export async function recordMessageEvent(
  message: Message,
  event: MessageEvent,
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
): Promise<void> {
  const entry = entryOf(message, event, isoInstant(clock.now()));
  await writeOnce(table, timelineEntry(entry, { once: true }));
}

const sentEvent = (message: Message): MessageEvent => ({
  type: 'message.sent',
  occurredAt: message.claimedAt ?? message.at,
  distinction: '',
});

/** The provider took the message: it bears the instant of its claim, which sender and feedback both know. */
export const recordSent = (
  message: Message,
  ports: Pick<Ports, 'table' | 'clock'>,
): Promise<void> => recordMessageEvent(message, sentEvent(message), ports);

/**
 * The entry about somebody who gets nothing so that others can be compared with them, to be written
 * with the row, in one transaction: none for anybody else. What they do from the planned instant on
 * counts as if they had been sent the message. It is not in the event catalog: the bus hears nothing.
 */
export function heldOutPuts(message: Message): readonly Put[] {
  const reason = heldOutReason(message);
  if (reason === undefined) return [];
  const { at, plannedAt } = message;
  const event = {
    type: 'message.held-out',
    occurredAt: at > plannedAt ? at : plannedAt,
    distinction: '',
    data: { reason },
  } as const;
  return [timelineEntry(entryOf(message, event, at))];
}

/** Whether a sender got as far as writing that the provider took the message. */
export async function wasRecordedSent(message: Message, table: Table): Promise<boolean> {
  const entry = entryOf(message, sentEvent(message), '');
  const { pk, sk } = timelineItem(entry);
  return (await table.get('timeline', { pk, ...(sk !== undefined && { sk }) })) !== undefined;
}

function entryOf(message: Message, event: MessageEvent, recordedAt: string): TimelineEntry {
  const id = messageId(message);
  const { run, campaign, channel, profileId } = message;
  return {
    id: entryIdOf(event.type, id, event.distinction),
    profileId,
    type: event.type,
    occurredAt: event.occurredAt,
    recordedAt,
    data: { message: id, campaign, run, channel, ...event.data },
  };
}
