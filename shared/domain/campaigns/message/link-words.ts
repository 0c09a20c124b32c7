import * as z from 'zod';

const utm = (name: string) =>
  z.string().min(1, 'must not be empty').max(200).optional().describe(`Becomes \`utm_${name}\`.`);

/** What becomes of the links in a message. */
export const linksSchema = z.strictObject({
  track: z
    .boolean()
    .optional()
    .describe(
      'Whether clicks are told of: links then lead through this system. Unless set: in marketing emails only. Only links to hosts that the template names, or at the domain of the sender: others, which came with data, stay as they are written.',
    ),
  utm: z
    .strictObject({
      source: utm('source'),
      medium: utm('medium'),
      campaign: utm('campaign'),
      term: utm('term'),
      content: utm('content'),
    })
    .optional()
    .describe(
      'Added to links that do not have them: `utm_source` and so on. `medium` is the channel, `campaign` the id and `content` the variant unless set.',
    ),
});
export type Links = z.infer<typeof linksSchema>;
