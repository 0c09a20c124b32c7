import { lastWholeDay, nextMidnight } from '../../shared/domain/time/midnight.ts';
import { recutNightly } from '../../shared/flows/rfm/rfm-recut.ts';
import { recordSizes } from '../../shared/flows/segments/size-history.ts';
import { workThroughSlot } from '../../shared/flows/time/due-worker.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { Throttled } from '../../shared/ports/table.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { logger } from '../../shared/runtime/observability.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { dueKinds } from '../../shared/stores/due-slots.ts';
import { moveNight, nextNight } from '../../shared/stores/nights.ts';

/** A night stops this long before its timeout; the minute tick finds it still due and goes on. */
const reserveMs = 60_000;

/**
 * What is done once a day, from the company's midnight on. Each step may be done twice without harm, and
 * the night is due until the last of them: whatever cuts it off, the next minute does it again. After an
 * outage of days there is one night, of the day that ended last.
 */
export const handler = queueFunction(slotMessageSchema, (messages, ports, context) =>
  eachMessage(messages, (body) => {
    const slot = { name: body.slot, kind: dueKinds.nights };
    const hasTime = () => context.getRemainingTimeInMillis() > reserveMs;
    return workThroughSlot(slot, ports, context, () => unlessBusy(beginNight(ports, hasTime)));
  }),
);

/** A night makes many requests: what the tables are too busy for is done in one of the next minutes. */
async function unlessBusy(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Throttled)) throw error;
    logger.warn('night-put-off');
  }
}

async function beginNight(ports: Ports, hasTime: () => boolean): Promise<void> {
  const { table, clock, settings } = ports;
  const dueAt = await nextNight(table);
  const now = clock.now();
  if (dueAt === undefined || dueAt > now) return; // the index lags
  const day = lastWholeDay(now, settings.timeZone);
  if ((await recordSizes(day, ports, hasTime)) === 'open') return;
  await recutNightly(ports);
  await moveNight(table, dueAt, nextMidnight(now, settings.timeZone));
}
