import type { Message } from '../../../domain/messaging/message.ts';
import type { Ports } from '../../../ports/ports.ts';
import { findDelivery } from '../../../stores/inbound-texts.ts';
import { getMessages } from '../../../stores/messages.ts';
import { messageEntries } from '../../../stores/timeline.ts';

/** An answer that comes later than this is to nothing in particular, in ms. */
const answerWindowMs = 30 * 24 * 60 * 60_000;

/**
 * The SMS that a person answers: the one the provider names, else the last one sent to them before.
 * Undefined when none is known.
 */
export async function answeredText(
  profileId: string,
  about: { readonly previous: string | undefined; readonly at: string },
  { table }: Pick<Ports, 'table'>,
): Promise<Message | undefined> {
  const { previous, at } = about;
  const named = previous === undefined ? undefined : await findDelivery(table, previous);
  const id = named ?? (await lastSent(profileId, at, table));
  if (id === undefined) return undefined;
  const [message] = await getMessages(table, [id]);
  return message?.profileId === profileId && message.channel === 'sms' ? message : undefined;
}

async function lastSent(
  profileId: string,
  at: string,
  table: Ports['table'],
): Promise<string | undefined> {
  const from = new Date(Date.parse(at) - answerWindowMs).toISOString();
  const range = { from, to: at, descending: true };
  for await (const { type, data } of messageEntries(table, profileId, range)) {
    const { message, channel } = data;
    if (type === 'message.sent' && channel === 'sms' && typeof message === 'string') return message;
  }
  return undefined;
}
