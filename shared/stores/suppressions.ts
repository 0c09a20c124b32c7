import * as z from 'zod';
import { shardOf } from '../domain/identity/hash.ts';
import type { MessageChannel } from '../domain/messaging/message.ts';
import type { Item, Put, Table, Write } from '../ports/table.ts';
import { listShards, shards } from './shards.ts';

/**
 * Addresses that get nothing any more, in `marketing`.
 * - `suppression#<shard of the address>` / `<channel>#<address>`: one by its address, all shard by shard.
 */
/** `opt-out`: the person sent STOP; the others were told by the provider. */
const suppressionReasons = ['bounce', 'complaint', 'opt-out'] as const;

const rowSchema = z.object({
  sk: z.string(),
  reason: z.enum(suppressionReasons),
  at: z.string(),
  message: z.string(),
});

/** Why an address is suppressed, since when, and the message that told. */
export type Suppression = {
  readonly channel: string;
  readonly address: string;
  readonly reason: (typeof suppressionReasons)[number];
  readonly at: string;
  readonly message: string;
};

const keyOf = (channel: MessageChannel, address: string) => ({
  pk: `suppression#${shardOf(address, shards)}`,
  sk: `${channel}#${address}`,
});

/** Suppresses an address; the first reason stays. */
export const suppress = (
  channel: MessageChannel,
  address: string,
  why: Pick<Suppression, 'reason' | 'at' | 'message'>,
): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...keyOf(channel, address), reason: why.reason, at: why.at, message: why.message },
  when: { absent: true },
});

/** Sets free an address that opted out; refused when it is suppressed for another reason. */
export const lift = (channel: MessageChannel, address: string): Write => ({
  kind: 'delete',
  table: 'marketing',
  key: keyOf(channel, address),
  when: { attribute: 'reason', equals: 'opt-out' },
});

/** Those of the addresses that are suppressed, strongly consistent. */
export async function suppressedAmong(
  table: Table,
  channel: MessageChannel,
  addresses: readonly string[],
): Promise<ReadonlySet<string>> {
  // Only a mailbox or a number is ever suppressed; a device that is gone is taken off the person.
  if (addresses.length === 0 || channel === 'push' || channel === 'webhook') return new Set();
  const keys = [...new Set(addresses)].map((address) => keyOf(channel, address));
  const items = await table.batchGet('marketing', keys);
  return new Set(items.map((item) => parse(item).address));
}

/** Why an address is suppressed; undefined: it is not. Strongly consistent. */
export async function getSuppression(
  table: Table,
  channel: MessageChannel,
  address: string,
): Promise<Suppression | undefined> {
  const item = await table.get('marketing', keyOf(channel, address));
  return item === undefined ? undefined : parse(item);
}

/** All suppressed addresses, page by page. */
export const listSuppressions = (
  table: Table,
  page: { readonly after: string | null; readonly limit: number },
): ReturnType<typeof listShards<Suppression>> =>
  listShards(async (shard, { after, limit }) => {
    const found = await table.query('marketing', { pk: `suppression#${shard}`, after, limit });
    return { rows: found.items.map(parse), after: found.after };
  }, page);

function parse(item: Item): Suppression {
  const { sk, ...why } = rowSchema.parse(item);
  const end = sk.indexOf('#');
  return { channel: sk.slice(0, end), address: sk.slice(end + 1), ...why };
}
