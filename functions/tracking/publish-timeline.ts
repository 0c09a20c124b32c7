import { isEventType } from '../../events/catalog.ts';
import { streamFunction } from '../../shared/runtime/stream-function.ts';
import { parseTimelineItem } from '../../shared/stores/timeline.ts';

/** The timeline is the outbox: entries whose type stands in the event catalog go to the bus. */
export const handler = streamFunction(parseTimelineItem, async (entries, { bus }) => {
  const events = entries.filter(({ type }) => isEventType(type));
  if (events.length > 0) await bus.put(events);
});
