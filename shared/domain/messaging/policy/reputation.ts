import * as z from 'zod';

const share = z.number().gt(0, 'must be above 0').max(1);

/** From where on a campaign pauses itself, so that it does not spoil the account's reputation. */
export const reputationSchema = z.strictObject({
  bounces: share.default(0.05).describe('The share of its emails that may bounce for good.'),
  complaints: share.default(0.001).describe('The share that people may complain about.'),
  minimum: z.int().min(1).default(500).describe('Emails sent before anything is judged.'),
});
export type ReputationLimits = z.infer<typeof reputationSchema>;
