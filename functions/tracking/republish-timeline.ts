import * as z from 'zod';
import { isEventType } from '../../events/catalog.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { plainFunction } from '../../shared/runtime/plain-function.ts';
import { scanTimeline } from '../../shared/stores/timeline.ts';

/** Parts of the timeline read at the same time. */
const parts = 8;

const instant = z.iso.datetime({ offset: true });

/** `from` and `to` (ISO 8601, both included) are instants of recording. */
const requestSchema = z.strictObject({ from: instant, to: instant });

/**
 * Publishes again what was recorded in a span of time, with the same event ids: for when the stream's
 * 24 hours have passed, or a rule was missing. Reads the whole timeline. Consumers know repeats by
 * their ids. Answers how many events went out.
 */
export const handler = plainFunction(requestSchema, async ({ from, to }, { table, bus }) => {
  const first = new Date(from).toISOString();
  const last = new Date(to).toISOString();
  let published = 0;
  await inParallel([...Array(parts).keys()], parts, async (segment) => {
    for await (const entries of scanTimeline(table, { segment, segments: parts })) {
      const events = entries.filter(
        ({ type, recordedAt }) => isEventType(type) && recordedAt >= first && recordedAt <= last,
      );
      if (events.length > 0) await bus.put(events);
      published += events.length;
    }
  });
  return { published };
});
