import * as z from 'zod';
import { noCounts, type ReputationCounts } from '../domain/deliverability/reputation-judgement.ts';
import { shardOf } from '../domain/identity/hash.ts';
import { concernsContact } from '../domain/messaging/contact.ts';
import { changed, type MessageChange } from '../domain/messaging/ledger.ts';
import { type Message, messageId } from '../domain/messaging/message.ts';
import type { Put, Table } from '../ports/table.ts';
import { contactPuts, getContact } from './contacts.ts';
import { messageItem, writeOnce } from './messages.ts';

/**
 * What came of the emails of one launch of a campaign, in `marketing`:
 * - `reputation#<campaign>#<launch>` / `sent#<shard>`: emails handed to the provider, one write per call.
 * - ... / `back#<shard>`: those that bounced for good or were complained about, each in the transaction
 *   that moves its row, so once.
 * - ... / `before`: the counts at the last resume, from which it is judged anew.
 * All in one query of some thirty small items.
 */
export type Launch = { readonly campaign: string; readonly launchedAt: string };

const partition = ({ campaign, launchedAt }: Launch): string =>
  `reputation#${campaign}#${launchedAt}`;

/** Counters are written by many at once; transactions on one of them would refuse each other. */
const shards = 16;

const countsSchema = z.object({
  sk: z.string(),
  sent: z.number().default(0),
  bounces: z.number().default(0),
  complaints: z.number().default(0),
});

/** Counts the emails of a call; `call` is its id. */
export const countSent = async (
  table: Table,
  launch: Launch,
  { call, sent }: { readonly call: string; readonly sent: number },
): Promise<void> => {
  await table.write({
    kind: 'update',
    table: 'marketing',
    key: { pk: partition(launch), sk: `sent#${shardOf(call, shards)}` },
    add: { sent },
  });
};

type Counted = {
  readonly change: MessageChange;
  readonly as: 'bounces' | 'complaints';
  readonly launch: Launch;
};

/**
 * Moves a row and counts it for its launch, both or neither: the row after it, or undefined when it was
 * not moved, by whatever stood in the way.
 */
export async function moveCounted(
  table: Table,
  message: Message,
  { change, as, launch }: Counted,
): Promise<Message | undefined> {
  const rows = { before: message, after: changed(message, change) };
  const contact = concernsContact(rows) ? await getContact(table, message.profileId) : undefined;
  const result = await table.transact([
    {
      kind: 'put',
      table: 'marketing',
      item: messageItem(rows.after),
      when: { attribute: 'revision', equals: message.revision },
    },
    ...(contact === undefined ? [] : contactPuts(contact, rows)),
    {
      kind: 'update',
      table: 'marketing',
      key: { pk: partition(launch), sk: `back#${shardOf(messageId(message), shards)}` },
      add: { [as]: 1 },
    },
  ]);
  return result.kind === 'written' ? rows.after : undefined;
}

/** All counts of a launch, and those it is judged from, strongly consistent. */
export async function getReputation(
  table: Table,
  launch: Launch,
): Promise<{ readonly now: ReputationCounts; readonly before: ReputationCounts }> {
  let now = noCounts;
  let before = noCounts;
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['query']>> = await table.query('marketing', {
      pk: partition(launch),
      consistent: true,
      after,
    });
    for (const item of page.items) {
      const { sk, ...counts } = countsSchema.parse(item);
      if (sk === 'before') before = counts;
      else now = plus(now, counts);
    }
    after = page.after;
  } while (after !== null);
  return { now, before };
}

const plus = (one: ReputationCounts, other: ReputationCounts): ReputationCounts => ({
  sent: one.sent + other.sent,
  bounces: one.bounces + other.bounces,
  complaints: one.complaints + other.complaints,
});

/** From now on the launch is judged by what comes after these counts. */
export async function judgeFrom(
  table: Table,
  launch: Launch,
  counts: ReputationCounts,
): Promise<void> {
  const put: Put = {
    kind: 'put',
    table: 'marketing',
    item: { pk: partition(launch), sk: 'before', ...counts },
  };
  await writeOnce(table, put);
}
