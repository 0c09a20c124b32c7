import * as z from 'zod';
import type { Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';

/**
 * Calls to providers, in `marketing`, kept for 30 days.
 * - `call#<call id>` / `-`: whether a call may have gone out. The rows name their call, so the
 *   record holds no ids and costs one write unit whatever the batch.
 *
 * It is put once: by the sender immediately before the call, or by whoever finds a claim cut off
 * and voids it. So a sender that sleeps and wakes up late finds its call void and sends nothing,
 * however wrong the clocks are.
 */
const keyOf = (id: string): { readonly pk: string; readonly sk: string } => ({
  pk: `call#${id}`,
  sk: '-',
});

const keptSeconds = 30 * 24 * 60 * 60;
const recordSchema = z.object({ void: z.boolean() });

async function putRecord(
  table: Table,
  call: { readonly id: string; readonly now: number; readonly void: boolean },
): Promise<boolean> {
  const result = await writeOnce(table, {
    kind: 'put',
    table: 'marketing',
    item: {
      ...keyOf(call.id),
      void: call.void,
      at: new Date(call.now).toISOString(),
      expiresAt: Math.floor(call.now / 1000) + keptSeconds,
    },
    when: { absent: true },
  });
  return result.kind === 'written';
}

/** Records that a call goes out now; false when it has been voided, and must not go out. */
export const recordCall = (table: Table, id: string, now: number): Promise<boolean> =>
  putRecord(table, { id, now, void: false });

/**
 * Makes sure that a call cut off never goes out: `free` when it had not, `called` when it may have.
 * `claimedAt`: when its messages were claimed for it, ms.
 */
export async function voidCall(
  table: Table,
  { id, claimedAt }: { readonly id: string; readonly claimedAt: number },
  now: number,
): Promise<'free' | 'called'> {
  // Its record may be gone by now: nobody can say any more, so it counts as called.
  if (claimedAt + keptSeconds * 1000 <= now) return 'called';
  if (await putRecord(table, { id, now, void: true })) return 'free';
  const item = await table.get('marketing', keyOf(id));
  return item !== undefined && recordSchema.parse(item).void ? 'free' : 'called';
}
