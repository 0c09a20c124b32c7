import * as z from 'zod';

/** Why a campaign paused itself: what came back of how many emails, as a share of them, and when it was seen. */
export const pausedForSchema = z.object({
  reason: z.enum(['bounces', 'complaints']),
  rate: z.number(),
  count: z.int(),
  sent: z.int(),
  at: z.string(),
});
export type PausedFor = z.infer<typeof pausedForSchema>;
