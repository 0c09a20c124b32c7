import * as z from 'zod';
import {
  type Contact,
  concernsContact,
  contactAfter,
  noContact,
  withReaction,
} from '../domain/messaging/contact.ts';
import { type Message, type MessageChannel, messageChannels } from '../domain/messaging/message.ts';
import type { Item, Put, Table } from '../ports/table.ts';
import { Throttled } from '../ports/table.ts';

/**
 * What was done towards people, in `marketing`.
 * - `contact#<person>` / `-`: one by its person; those of a page of people in one batch.
 */
const channels = z.enum(messageChannels);
const storedSchema = z.object({
  pk: z.string(),
  revision: z.int(),
  sent: z.record(z.string(), z.partialRecord(channels, z.int())).default({}),
  waiting: z
    .array(
      z.object({ message: z.string(), channel: channels, priority: z.number(), from: z.string() }),
    )
    .default([]),
  reactions: z.partialRecord(channels, z.string()).default({}),
});

const prefix = 'contact#';
const keyOf = (profileId: string) => ({ pk: `${prefix}${profileId}`, sk: '-' });

function parse(item: Item): Contact {
  const { pk, revision, sent, waiting, reactions } = storedSchema.parse(item);
  return { profileId: pk.slice(prefix.length), revision, sent, waiting, reactions };
}

/** The contacts of people, strongly consistent; who has none stored has an empty one. */
export async function getContacts(
  table: Table,
  profileIds: readonly string[],
): Promise<ReadonlyMap<string, Contact>> {
  const ids = [...new Set(profileIds)];
  if (ids.length === 0) return new Map();
  const contacts = new Map(ids.map((id) => [id, noContact(id)]));
  for (const item of await table.batchGet('marketing', ids.map(keyOf))) {
    const contact = parse(item);
    contacts.set(contact.profileId, contact);
  }
  return contacts;
}

/** One person's contact, strongly consistent; an empty one when none is stored. */
export async function getContact(table: Table, profileId: string): Promise<Contact> {
  const item = await table.get('marketing', keyOf(profileId));
  return item === undefined ? noContact(profileId) : parse(item);
}

/** The write that makes this the contact, on top of the revision before it. */
export function contactPut({ profileId, revision, ...fields }: Contact): Put {
  return {
    kind: 'put',
    table: 'marketing',
    item: { ...keyOf(profileId), revision, ...fields },
    when: revision === 1 ? { absent: true } : { attribute: 'revision', equals: revision - 1 },
  };
}

/** The write of the contact that a step of a message's life takes with it, if it concerns the contact. */
export const contactPuts = (
  contact: Contact,
  rows: { readonly before: Message | undefined; readonly after: Message },
): readonly Put[] => (concernsContact(rows) ? [contactPut(contactAfter(contact, rows))] : []);

const maxAttempts = 10;

/** Notes that a person reacted on a channel; a reaction told late or twice changes nothing. */
export async function recordReaction(
  table: Table,
  profileId: string,
  { channel, at }: { readonly channel: MessageChannel; readonly at: string },
): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const after = withReaction(await getContact(table, profileId), channel, at);
    if (after === undefined) return;
    if ((await table.write(contactPut(after))).kind === 'written') return;
  }
  throw new Throttled('A contact stays contended.');
}
