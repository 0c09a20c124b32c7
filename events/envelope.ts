import * as z from 'zod';

/** Every event's `source` on the bus. */
export const eventSource = 'perennial';

/**
 * What every event carries around its `data`. On EventBridge: `source` is `perennial`,
 * `detail-type` is `type`, and `detail` is this object. `id` is the timeline entry's id and stays the
 * same however often the event is published: consumers that must not act twice remember it.
 */
export const envelopeSchema = z.object({
  /** The timeline entry's id. */
  id: z.string().min(1),
  type: z.string().min(1),
  /** The person the event is about. */
  profileId: z.string().min(1),
  /** When it happened, ISO 8601 in UTC with milliseconds. */
  occurredAt: z.iso.datetime(),
  /** When it was recorded. */
  recordedAt: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});

export type BusEvent = z.infer<typeof envelopeSchema>;
