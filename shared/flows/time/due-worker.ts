import type { Context } from 'aws-lambda';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import type { DueQuery, Key } from '../../ports/table.ts';
import { whenFree } from '../../runtime/when-free.ts';
import type { DueKind } from '../../stores/due-slots.ts';
import { releaseLease, takeLease } from '../../stores/leases.ts';

/**
 * How long a worker that was sent for is waited for. A message may lie in its queue that long, or come
 * again after a try that failed; only then it counts as lost and another is sent.
 */
export const workerSeconds = 300;

/** A worker stops this long before its timeout and hands the rest of the slot on. */
const reserveMs = 10_000;

/**
 * Works through everything due in a slot, earliest first, a page at a time, by one worker at a time:
 * while another holds the slot's lease there is nothing to do. When the function's time ends, the rest
 * goes back to the queue; the tick sends for nobody until the slot is worked through. A page that fails
 * fails the whole, but only when all pages have been worked on. `work` gets keys and may be called twice
 * with them; the index may lag, so it looks at the item itself before it acts.
 */
export async function workThroughSlot(
  slot: { readonly name: string; readonly kind: DueKind },
  { table, queue, clock }: Pick<Ports, 'table' | 'queue' | 'clock'>,
  context: Context,
  work: (keys: readonly Key[]) => Promise<void>,
): Promise<void> {
  const seconds = Math.ceil(context.getRemainingTimeInMillis() / 1000);
  const lease = await takeLease(table, slot.name, { now: clock.now(), seconds });
  if (lease === undefined) return;
  let after: string | null = null;
  let isOpen = true;
  const failures: unknown[] = [];
  try {
    do {
      const query: DueQuery = {
        slot: slot.name,
        until: isoInstant(clock.now()),
        limit: 100,
        after,
      };
      const page = await whenFree(() => table.due(slot.kind.table, query), clock);
      const keys = page.items.map(({ pk, sk }) => (sk === undefined ? { pk } : { pk, sk }));
      try {
        if (keys.length > 0) await whenFree(() => work(keys), clock);
      } catch (error) {
        // What fails again and again must not hold up what is due behind it.
        failures.push(error);
      }
      after = page.after;
      isOpen = after !== null;
    } while (isOpen && context.getRemainingTimeInMillis() > reserveMs);
  } finally {
    const isDone = !isOpen && failures.length === 0;
    await releaseLease(table, lease, isDone ? {} : { waitingUntil: laterBy(clock, workerSeconds) });
  }
  if (isOpen) await queue.send(slot.kind.queue, [{ body: { slot: slot.name } }]);
  if (failures.length > 0) throw failures[0];
}

const laterBy = (clock: Ports['clock'], seconds: number): number => clock.now() + seconds * 1000;
