import * as z from 'zod';
import { controlGroupSchema } from './control-group.ts';
import { frequencyCapSchema } from './frequency-cap.ts';
import { launchLimitsSchema } from './launch-limits.ts';
import { pricesSchema } from './prices.ts';
import { reputationSchema } from './reputation.ts';
import { warmUpSchema } from './warm-up.ts';

/** What holds for all campaigns: the company's own rules of sending. */
export const sendingPolicySchema = z.strictObject({
  caps: z
    .array(frequencyCapSchema)
    .max(15)
    .refine(
      (caps) => new Set(caps.map(({ channel, per }) => `${channel}/${per}`)).size === caps.length,
      'has two limits for one channel and window: keep one',
    )
    .default([])
    .describe('How many marketing messages a person gets at most.'),
  controlGroup: controlGroupSchema
    .optional()
    .describe('People who get no marketing at all, to measure by.'),
  approval: z
    .strictObject({
      aboveAudience: z
        .int()
        .min(0)
        .default(0)
        .describe('Campaigns to more people than this need it; 0: all of them.'),
    })
    .optional()
    .describe('A second person must approve a campaign before it is launched.'),
  limits: launchLimitsSchema.optional().describe('Each for campaigns that do not say their own.'),
  reputation: reputationSchema
    .default(() => reputationSchema.parse({}))
    .describe('From where on a campaign pauses itself.'),
  warmUp: warmUpSchema.optional().describe('What a new sender may send on each of its first days.'),
  prices: pricesSchema
    .default(() => pricesSchema.parse({}))
    .describe('What messages cost, for pre-flights and reports.'),
});
export type SendingPolicy = z.infer<typeof sendingPolicySchema>;

/** What holds until a company says otherwise. */
export const defaultPolicy = (): SendingPolicy => sendingPolicySchema.parse({});
