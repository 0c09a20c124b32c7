import * as z from 'zod';

/** A person was seen for the first time. */
export const profileCreated = z.object({ source: z.string() });

/** Attributes of the person were set or changed; `attributes` holds the new values. */
export const profileUpdated = z.object({ attributes: z.record(z.string(), z.unknown()) });
