import * as z from 'zod';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { epochOf } from '../../shared/flows/campaigns/epochs/own-epoch.ts';
import { workerSeconds } from '../../shared/flows/time/due-worker.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { DueQuery, Item } from '../../shared/ports/table.ts';
import { dueFor } from '../../shared/runtime/observability.ts';
import { allFinished } from '../../shared/runtime/parallel.ts';
import { plainFunction } from '../../shared/runtime/plain-function.ts';
import { type DueKind, dueKinds, slotsOf } from '../../shared/stores/due-slots.ts';
import { awaitWorker, type Lease, releaseLease } from '../../shared/stores/leases.ts';

/**
 * The minute tick: looks at the head of every due slot and sends for a worker where something is due,
 * unless one is at it or on its way. It reads no more than that; what it misses, the next minute's takes.
 */
export const handler = plainFunction(z.unknown(), async (_event, ports) => {
  const kinds = Object.values(dueKinds);
  // A backup may have been restored while nothing else was there to find it.
  const epoch = epochOf(ports).then(() => 0);
  const oldest = new Oldest(ports.clock.now());
  // A kind that fails holds up none of the others.
  const sweeps = allFinished([epoch, ...kinds.map((kind) => sweep(kind, oldest, ports))]);
  // Told however the sweeps end: a tick that fails again and again is when it is wanted.
  const enqueued = await sweeps.finally(() => dueFor(oldest.lagMs));
  return { enqueued: enqueued.reduce((sum, count) => sum + count, 0) };
});

type Reach = Pick<Ports, 'table' | 'queue' | 'clock'>;

/** How long the longest waiting thing of all that the tick has found has been due. */
class Oldest {
  readonly #now: number;
  #dueAt: number;

  constructor(now: number) {
    this.#now = now;
    this.#dueAt = now;
  }

  found({ dueAt }: Item): void {
    if (typeof dueAt === 'string') this.#dueAt = Math.min(this.#dueAt, Date.parse(dueAt));
  }

  get lagMs(): number {
    return this.#now - this.#dueAt;
  }
}

async function sweep(kind: DueKind, oldest: Oldest, ports: Reach): Promise<number> {
  const slots: Lease[] = [];
  const looks = slotsOf(kind).map(async (slot) => {
    const lease = await awaited(slot, kind, { ...ports, oldest });
    if (lease !== undefined) slots.push(lease);
  });
  try {
    await allFinished(looks);
  } finally {
    // Whatever became of the others: for these nobody would be sent again for minutes.
    await send(slots, kind, ports);
  }
  return slots.length;
}

/** The slot as one for which a worker is to be sent. */
async function awaited(
  slot: DueQuery['slot'],
  kind: DueKind,
  { table, clock, oldest }: Reach & { readonly oldest: Oldest },
): Promise<Lease | undefined> {
  const now = clock.now();
  const head = await table.due(kind.table, { slot, until: isoInstant(now), limit: 1 });
  head.items.forEach((item) => oldest.found(item));
  // An empty page with a cursor says nothing: the worker shall look.
  if (head.items.length === 0 && head.after === null) return undefined;
  return awaitWorker(table, slot, { now, seconds: workerSeconds });
}

async function send(
  slots: readonly Lease[],
  kind: DueKind,
  { table, queue }: Reach,
): Promise<void> {
  try {
    await queue.send(
      kind.queue,
      slots.map(({ name }) => ({ body: { slot: name } })),
    );
  } catch (error) {
    await Promise.allSettled(slots.map((slot) => releaseLease(table, slot)));
    throw error;
  }
}
