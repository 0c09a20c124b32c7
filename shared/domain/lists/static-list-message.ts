import * as z from 'zod';

/**
 * Some of the people of an upload. `at` orders uploads: what was asked for later stands, in whatever
 * order the messages come.
 */
const changeSchema = z.strictObject({
  list: z.string(),
  /** Of the list when it was asked for: one made again under its id is another. */
  version: z.number(),
  change: z.enum(['add', 'remove']),
  at: z.string(),
  people: z.array(z.string()).min(1),
  /**
   * The opposite was asked for lately and may still be on its way: who already stands as asked is
   * stamped too, so that it finds itself overtaken.
   */
  contested: z.boolean(),
});

/** The rows of a list that was deleted are to go. */
const clearingSchema = z.strictObject({ clear: z.string(), version: z.number() });

/** The body of a message on the `list-changes` queue. */
export const listMessageSchema = z.union([changeSchema, clearingSchema]);
export type ListChangeMessage = z.infer<typeof changeSchema>;
export type ListClearing = z.infer<typeof clearingSchema>;
