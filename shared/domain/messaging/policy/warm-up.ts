import * as z from 'zod';

/** How many marketing emails a new sender may send on each of its first days, of the company's calendar. */
export const warmUpSchema = z.strictObject({
  from: z.iso.date('must be a day such as "2026-11-25"').describe('The first day.'),
  curve: z
    .array(z.int().min(1))
    .min(1, 'must name at least one day')
    .max(90)
    .default([50, 100, 500, 1_000, 5_000, 10_000, 20_000, 40_000, 70_000, 100_000])
    .describe('Emails on the first day, the second, and so on; after the last there is no limit.'),
});
export type WarmUp = z.infer<typeof warmUpSchema>;
