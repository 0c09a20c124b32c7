import * as z from 'zod';

const utm = z.string().min(1, 'must not be empty').max(200);

/** What becomes of the links in a message. */
export const linksSchema = z.strictObject({
  track: z
    .boolean()
    .optional()
    .describe(
      'Whether clicks are told of: links then lead through this system. Unless set: in marketing emails only.',
    ),
  utm: z
    .strictObject({
      source: utm.optional(),
      medium: utm.optional(),
      campaign: utm.optional(),
      term: utm.optional(),
      content: utm.optional(),
    })
    .optional()
    .describe(
      'Added to links that do not have them: `utm_source` and so on. `medium` is the channel, `campaign` the id and `content` the variant unless set.',
    ),
});
export type Links = z.infer<typeof linksSchema>;
