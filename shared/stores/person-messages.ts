import { shardOf } from '../domain/identity/hash.ts';
import type { Message } from '../domain/messaging/message.ts';
import type { Table } from '../ports/table.ts';
import { parseMessage, partitionOf } from './messages.ts';
import { shards } from './shards.ts';

/** A person's rows of one step of a run, by way and trigger, up to `limit`; strongly consistent. */
export async function personMessages(
  table: Table,
  of: { readonly run: string; readonly step: string; readonly profileId: string },
  limit: number,
): Promise<readonly Message[]> {
  const rows: Message[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['query']>> = await table.query('marketing', {
      pk: partitionOf(of.run, shardOf(of.profileId, shards)),
      prefix: `${of.step}#${of.profileId}#`,
      consistent: true,
      after,
      limit: limit - rows.length,
    });
    rows.push(...page.items.map(parseMessage));
    after = page.after;
  } while (after !== null && rows.length < limit);
  return rows;
}
