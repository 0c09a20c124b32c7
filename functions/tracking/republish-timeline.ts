import * as z from 'zod';
import { isEventType } from '../../events/catalog.ts';
import { isCanary } from '../../shared/domain/canary/canary.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { plainFunction } from '../../shared/runtime/plain-function.ts';
import { scanTimeline, type TimelinePart } from '../../shared/stores/timeline.ts';

/** Parts of the timeline read at the same time. */
const parts = 8;

/** It stops this long before its timeout and says where to go on. */
const reserveMs = 30_000;

const instant = z.iso.datetime({ offset: true });

/**
 * `from` and `to` (ISO 8601, both included) are instants of recording. `next` is what the call before
 * answered, when it could not finish.
 */
const requestSchema = z.strictObject({
  from: instant,
  to: instant,
  next: z.array(z.strictObject({ segment: z.int(), after: z.string().nullable() })).nullish(),
});

/**
 * Publishes again what was recorded in a span of time, with the same event ids: for when the stream's
 * 24 hours have passed, or a rule was missing. Reads the whole timeline. Consumers know repeats by
 * their ids. Answers how many events went out, and `next`: null when all is done, else what to call
 * it with to go on.
 */
export const handler = plainFunction(requestSchema, async (request, { table, bus }, context) => {
  const first = new Date(request.from).toISOString();
  const last = new Date(request.to).toISOString();
  const open =
    request.next ?? Array.from({ length: parts }, (_, segment) => ({ segment, after: null }));
  const next: Omit<TimelinePart, 'segments'>[] = [];
  let published = 0;
  await inParallel(open, parts, async ({ segment, after }) => {
    for await (const page of scanTimeline(table, { segment, segments: parts, after })) {
      const events = page.entries.filter(
        ({ type, profileId, recordedAt }) =>
          isEventType(type) && !isCanary(profileId) && recordedAt >= first && recordedAt <= last,
      );
      if (events.length > 0) await bus.put(events);
      published += events.length;
      if (page.after !== null && context.getRemainingTimeInMillis() < reserveMs) {
        next.push({ segment, after: page.after });
        return;
      }
    }
  });
  return { published, next: next.length > 0 ? next : null };
});
