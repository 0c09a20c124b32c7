import * as z from 'zod';
import { shardOf } from '../domain/identity/hash.ts';
import { messageId, parseMessageId } from '../domain/messaging/message.ts';
import type { Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';
import { shards } from './shards.ts';

/**
 * Sendings that the provider's events tell of and no row of the ledger stands for, in `marketing`, kept
 * for 400 days.
 * - `stray#<run>#<shard of the person>` / `<message id>#<provider's id>`: one by what it is, a run's shard
 *   by shard. Only a run's verification reads them.
 */
const partitionOf = (run: string, shard: number): string => `stray#${run}#${shard}`;

const keptSeconds = 400 * 24 * 60 * 60;
const storedSchema = z.object({ sk: z.string() });

/** Keeps a sending, once however often it is told; ids that are none of ours are left out. */
export async function recordStray(
  table: Table,
  stray: { readonly message: string; readonly providerId: string; readonly at: string },
  now: number,
): Promise<void> {
  const key = parseMessageId(stray.message);
  if (key === undefined) return;
  await writeOnce(table, {
    kind: 'put',
    table: 'marketing',
    item: {
      pk: partitionOf(key.run, shardOf(key.profileId, shards)),
      sk: `${messageId(key)}#${stray.providerId}`,
      at: stray.at,
      expiresAt: Math.floor(now / 1000) + keptSeconds,
    },
    when: { absent: true },
  });
}

/** The messages of stray sendings of a run in one shard, page by page. */
export async function queryStrays(
  table: Table,
  run: string,
  page: { readonly shard: number; readonly after: string | null; readonly limit: number },
): Promise<{ readonly messages: readonly string[]; readonly after: string | null }> {
  const { shard, after, limit } = page;
  const pk = partitionOf(run, shard);
  const found = await table.query('marketing', { pk, after, limit, consistent: true });
  const messages = found.items.map((item) => storedSchema.parse(item).sk.split('#')[0] ?? '');
  return { messages, after: found.after };
}
