import * as z from 'zod';

/** The person became a member; `occurredAt` is the instant at which it became true. */
export const segmentEntered = z.object({ segment: z.string() });

/** The person ceased to be a member; `occurredAt` is the instant at which it became true. */
export const segmentLeft = z.object({ segment: z.string() });
