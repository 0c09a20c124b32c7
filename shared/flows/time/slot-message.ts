import * as z from 'zod';

/** The body with which the minute tick hands a slot of the `due` index to its worker. */
export const slotMessageSchema = z.strictObject({ slot: z.string().regex(/^[a-z]+#\d+$/) });
