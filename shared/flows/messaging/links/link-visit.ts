import * as z from 'zod';

/** The body of the queue `link-visits`: a link was followed, and some seconds later the same, to be judged. */
export const visitedSchema = z.strictObject({
  kind: z.enum(['visit', 'judgement']),
  /** The message's id. */
  message: z.string(),
  /** The link's number in the message, and how many links that people see it has. */
  link: z.int(),
  links: z.int(),
  url: z.string(),
  at: z.string(),
  /** Whether the visitor itself said that it is a machine. */
  automated: z.boolean(),
});
export type Visited = z.infer<typeof visitedSchema>;
