import * as z from 'zod';
import { messageChannels } from '../message.ts';

/** The person's own day, and the 7 and 30 of them that end with it. */
export const capWindows = { day: 1, week: 7, month: 30 } as const;
export type CapWindow = keyof typeof capWindows;

/** At most so many marketing messages to one person on a channel, or on all together. */
export const frequencyCapSchema = z.strictObject({
  channel: z.enum([...messageChannels, 'all']),
  per: z
    .enum(['day', 'week', 'month'])
    .describe("The person's own day, or the 7 or 30 of their days that end with it."),
  limit: z.int().min(1).max(1000),
});
export type FrequencyCap = z.infer<typeof frequencyCapSchema>;
