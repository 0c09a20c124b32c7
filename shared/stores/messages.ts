import * as z from 'zod';
import { shardOf } from '../domain/identity/hash.ts';
import { type Contact, concernsContact } from '../domain/messaging/contact.ts';
import { canMove, changed, type MessageChange } from '../domain/messaging/ledger.ts';
import {
  type Message,
  type MessageKey,
  messageChannels,
  messageStates,
  messageWays,
  parseMessageId,
} from '../domain/messaging/message.ts';
import type { Item, Key, Put, Table, WriteResult } from '../ports/table.ts';
import { Throttled } from '../ports/table.ts';
import { contactPuts, getContact } from './contacts.ts';
import { listShards, shards } from './shards.ts';

/**
 * The message ledger, in `marketing`: one row per message, ever.
 * - `message#<run>#<shard of the person>` / `<step>#<person>#<way>#<trigger>`: one by its id, a
 *   run's rows shard by shard. Rows of sixteen partitions take 16 000 writes a second.
 * - due slot `message#<shard>`: open rows, so that a crash strands none.
 *
 * A row's `data` and `event` hold personal data: whoever erases a person has to come here too.
 */
const rowSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  campaign: z.string(),
  kind: z.enum(['marketing', 'transactional']),
  topic: z.string().optional(),
  /** Absent: the way itself. */
  channel: z.enum(messageChannels).optional(),
  variant: z.string().optional(),
  template: z.string(),
  templateVersion: z.int(),
  state: z.enum(messageStates),
  reason: z.string().optional(),
  revision: z.int(),
  priority: z.number(),
  plannedAt: z.string(),
  deadline: z.string().optional(),
  event: z
    .object({
      id: z.string(),
      name: z.string(),
      occurredAt: z.string(),
      properties: z.record(z.string(), z.unknown()),
    })
    .optional(),
  dueAt: z.string().optional(),
  call: z.string().optional(),
  claimedAt: z.string().optional(),
  refusedAt: z.string().optional(),
  countedOn: z.string().optional(),
  resent: z.int().optional(),
  providerId: z.string().optional(),
  at: z.string(),
  acceptedAt: z.string().optional(),
  openedAt: z.string().optional(),
  clickedAt: z.string().optional(),
  unsubscribedAt: z.string().optional(),
  automatedOpenedAt: z.string().optional(),
  automatedClickedAt: z.string().optional(),
  repliedAt: z.string().optional(),
  contactedAt: z.string().optional(),
  visits: z
    .array(z.object({ link: z.int(), at: z.string(), automated: z.literal(true).exactOptional() }))
    .optional(),
  otherProviderIds: z.array(z.string()).optional(),
  cost: z.object({ amount: z.string(), currency: z.string() }).optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  language: z.string().optional(),
  conversions: z
    .array(
      z.object({
        entry: z.string(),
        value: z.string(),
        currency: z.string(),
        at: z.string(),
        credit: z.number().default(1),
        credited: z.string().exactOptional(),
      }),
    )
    .default([]),
});

const waySchema = z.enum(messageWays);
const channelSchema = z.enum(messageChannels);

const rowKey = (key: MessageKey): { readonly pk: string; readonly sk: string } => ({
  pk: partitionOf(key.run, shardOf(key.profileId, shards)),
  sk: [key.step, key.profileId, key.way, key.trigger].join('#'),
});

/** Where a run's rows of a shard stand. */
export const partitionOf = (run: string, shard: number): string => `message#${run}#${shard}`;

/** The slot of the due index that open rows of a person stand in. */
const messageSlotOf = (profileId: string): string => `message#${shardOf(profileId, shards)}`;

/** What a row says by its key, or only where there is something to say. */
const unsaid = {
  run: undefined,
  step: undefined,
  profileId: undefined,
  way: undefined,
  trigger: undefined,
} as const;

/** The ledger row as it is stored. A copy with fields blanked costs a quarter of one that leaves them out. */
export function messageItem(message: Message): Item {
  const { profileId, way, channel, conversions, event, data, dueAt } = message;
  return {
    ...message,
    ...unsaid,
    ...rowKey(message),
    channel: channel === way ? undefined : channel,
    conversions: conversions.length > 0 ? conversions : undefined,
    // Properties and data came from JSON, so they are storable values.
    data: data as unknown as Item[string],
    event: event as unknown as Item[string],
    ...(dueAt !== undefined && { dueSlot: messageSlotOf(profileId) }),
  };
}

/** A stored row, parsed. */
export function parseMessage(item: Item): Message {
  const { pk, sk, ...row } = rowSchema.parse(item);
  const run = pk.slice('message#'.length, pk.lastIndexOf('#'));
  const [step = '', profileId = '', wayText, ...trigger] = sk.split('#');
  const way = waySchema.parse(wayText);
  return {
    run,
    step,
    profileId,
    way,
    trigger: trigger.join('#'),
    ...row,
    // Only a best channel is stored beside its way.
    channel: row.channel ?? channelSchema.parse(way),
    variant: row.variant,
    topic: row.topic,
    reason: row.reason,
    deadline: row.deadline,
    event: row.event,
    dueAt: row.dueAt,
    call: row.call,
    claimedAt: row.claimedAt,
    refusedAt: row.refusedAt,
    countedOn: row.countedOn,
    providerId: row.providerId,
    acceptedAt: row.acceptedAt,
    openedAt: row.openedAt,
    clickedAt: row.clickedAt,
    unsubscribedAt: row.unsubscribedAt,
  };
}

/** Reserves a message: refused when its row is there already, so nobody gets two. */
export const reserveMessage = (message: Message): Put => ({
  kind: 'put',
  table: 'marketing',
  item: messageItem(message),
  when: { absent: true },
});

/** The rows behind message ids, strongly consistent; ids that name no row are left out. */
export async function getMessages(
  table: Table,
  ids: readonly string[],
): Promise<readonly Message[]> {
  const keys = [...new Set(ids)].flatMap((id) => parseMessageId(id) ?? []);
  return readMessages(table, keys.map(rowKey));
}

/** The rows behind keys, as the due index gives them. */
export async function readMessages(
  table: Table,
  keys: readonly Key[],
): Promise<readonly Message[]> {
  if (keys.length === 0) return [];
  const items = await table.batchGet('marketing', keys);
  return items.map(parseMessage);
}

const maxContactChanges = 20;

/**
 * Writes a step of a message's life: the row after it, or undefined when someone else was faster. What
 * the person's contact says of the message changes in the same transaction, whoever takes the step: so
 * nothing is counted that does not go, and nothing twice.
 */
export async function moveMessage(
  table: Table,
  message: Message,
  change: MessageChange,
): Promise<Message | undefined> {
  const rows = { before: message, after: changed(message, change) };
  if (!concernsContact(rows)) {
    const result = await writeOnce(table, rowPut(rows));
    return result.kind === 'written' ? rows.after : undefined;
  }
  for (let attempt = 1; attempt <= maxContactChanges; attempt += 1) {
    const contact = await getContact(table, message.profileId);
    const moved = await moveBesideContact(table, rows, contact);
    if (moved !== 'contact-changed') return moved;
  }
  throw new Throttled('A contact stays contended.');
}

type Rows = { readonly before: Message; readonly after: Message };

const rowPut = ({ before, after }: Rows): Put => ({
  kind: 'put',
  table: 'marketing',
  item: messageItem(after),
  when: { attribute: 'revision', equals: before.revision },
});

/**
 * Writes a step of a message's life on top of the contact that it was decided by: the row after it,
 * undefined when someone else moved the row, or `contact-changed`: read it and decide anew.
 */
export async function moveBesideContact(
  table: Table,
  rows: Rows,
  contact: Contact,
): Promise<Message | undefined | 'contact-changed'> {
  const puts = contactPuts(contact, rows);
  const result =
    puts.length === 0
      ? await writeOnce(table, rowPut(rows))
      : await table.transact([rowPut(rows), ...puts]);
  if (result.kind === 'written') return rows.after;
  const isRowMoved = result.kind === 'refused' && result.failed.includes(0);
  return isRowMoved ? undefined : 'contact-changed';
}

/**
 * Changes a message as its row stands, whoever else writes it meanwhile: `change` is asked again after
 * a clash, and ends it with undefined. Answers the row as it stands then.
 */
export async function updateMessage(
  table: Table,
  message: Message,
  change: (row: Message) => MessageChange | undefined,
): Promise<Message> {
  let row = message;
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const next = change(row);
    if (next === undefined) return row;
    const moved = await moveMessage(table, row, next);
    if (moved !== undefined) return moved;
    const [newer] = await readMessages(table, [rowKey(row)]);
    if (newer === undefined) throw new Error('A row of the ledger vanished.');
    row = newer;
  }
  throw new Throttled('A row of the ledger keeps changing.');
}

/** Brings a message to a state that it is known to have reached, unless it is further already. */
export const advanceMessage = (
  table: Table,
  message: Message,
  change: MessageChange & Pick<Message, 'state'>,
): Promise<Message> =>
  updateMessage(table, message, (row) => (canMove(row.state, change.state) ? change : undefined));

/** One page of a run's rows in one shard, strongly consistent. */
export async function queryMessages(
  table: Table,
  run: string,
  page: { readonly shard: number; readonly after: string | null; readonly limit?: number },
): Promise<{ readonly rows: readonly Message[]; readonly after: string | null }> {
  const { shard, after, limit = 100 } = page;
  const pk = partitionOf(run, shard);
  // Completion and cancelling go by what they do not find: a lagging read would strand rows.
  const found = await table.query('marketing', { pk, after, limit, consistent: true });
  return { rows: found.items.map(parseMessage), after: found.after };
}

/** A run's rows over all shards, page by page. */
export const listMessages = (
  table: Table,
  run: string,
  page: { readonly after: string | null; readonly limit: number },
): ReturnType<typeof listShards<Message>> =>
  listShards((shard, { after, limit }) => queryMessages(table, run, { shard, after, limit }), page);

/** A write of its own: what is contended is tried again at once, and given up as throttled. */
export async function writeOnce(table: Table, put: Put): Promise<WriteResult> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const result = await table.write(put);
    if (result.kind !== 'contended') return result;
  }
  throw new Throttled('A row stays contended.');
}
