import * as z from 'zod';

/** What stops a launch: an audience that is too large, or one that melts away before it is sent to. */
export const launchLimitsSchema = z.strictObject({
  audience: z.int().min(1).max(1_000_000_000).optional().describe('People who match, at most.'),
  loss: z
    .number()
    .gt(0, 'must be above 0')
    .max(1)
    .optional()
    .describe('The share that one step of the pre-flight may lose, 0 to 1, such as 0.5.'),
});
export type LaunchLimits = z.infer<typeof launchLimitsSchema>;

/** What holds for a campaign: each limit that it does not say itself is the company's. */
export const limitsOf = (
  own: LaunchLimits | undefined,
  ofCompany: LaunchLimits | undefined,
): LaunchLimits => ({ ...ofCompany, ...own });
