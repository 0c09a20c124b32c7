import * as z from 'zod';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { plainFunction } from '../../shared/runtime/plain-function.ts';
import { dueKinds, slotsOf } from '../../shared/stores/due-slots.ts';

/**
 * The minute tick: looks at the head of every due slot and hands those with something due to their
 * workers. It reads no more than that; what it misses, the next minute's takes.
 */
export const handler = plainFunction(z.unknown(), async (_event, { table, queue, clock }) => {
  const until = isoInstant(clock.now());
  let enqueued = 0;
  for (const kind of Object.values(dueKinds)) {
    const heads = await Promise.all(
      slotsOf(kind).map(async (slot) => {
        const head = await table.due(kind.table, { slot, until, limit: 1 });
        // An empty page with a cursor says nothing: the worker shall look.
        return head.items.length > 0 || head.after !== null ? [slot] : [];
      }),
    );
    const due = heads.flat();
    if (due.length > 0)
      await queue.send(
        kind.queue,
        due.map((slot) => ({ body: { slot } })),
      );
    enqueued += due.length;
  }
  return { enqueued };
});
