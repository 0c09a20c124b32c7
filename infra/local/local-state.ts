import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { queues } from '../queue-manifest.ts';
import type { LocalWorld } from './local-world.ts';
import { sentMessages } from './outbox-items.ts';

const shownMessages = 200;
const shownDeadLetters = 20;

/** What the page shows: the newest messages first, queues, timers, the clock, what went wrong. */
export function localState(world: LocalWorld) {
  const { embedded, machinery, failures, settings, clock } = world;
  const counts = embedded.queue.counts();
  const oldest = embedded.queue.oldest();
  const outbox = sentMessages(embedded.outbox);
  const next = machinery.clockwork.nextInstant();
  return {
    now: new Date(clock.now()).toISOString(),
    clock: clock instanceof VirtualClock ? 'virtual' : 'real',
    timeZone: settings.timeZone,
    nextAt: Number.isFinite(next) ? new Date(next).toISOString() : null,
    nextDueAt: embedded.table.nextDueAt() ?? null,
    sent: outbox.length,
    messages: outbox.slice(-shownMessages).toReversed(),
    queues: queueNames.map((name) => ({
      name,
      loss: queues[name].loss,
      ...counts[name],
      oldestAt: isoOrNull(oldest.get(name)),
    })),
    deadLetters: queueNames.flatMap((queue) =>
      counts[queue].dead === 0
        ? []
        : embedded.queue
            .deadLetters(queue)
            .slice(0, shownDeadLetters)
            .map(({ messageId, body, receives }) => ({ queue, messageId, body, receives })),
    ),
    schedules: embedded.schedules.list().map(({ nextAt, ...schedule }) => ({
      ...schedule,
      nextAt: isoOrNull(nextAt),
    })),
    listeners: embedded.schedules.listeners(),
    failures: failures.list().slice(0, shownDeadLetters),
    failedBatches: machinery.failedBatches.list(),
  };
}

const isoOrNull = (instant: number | undefined): string | null =>
  instant === undefined ? null : new Date(instant).toISOString();
