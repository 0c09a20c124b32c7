import * as z from 'zod';

/** The person became a member; `occurredAt` is the instant at which it became true. */
export const segmentEntered = z.object({ segment: z.string() });

/** The person ceased to be a member; `occurredAt` is the instant at which it became true. */
export const segmentLeft = z.object({ segment: z.string() });

/** The person was put into a static list. */
export const listJoined = z.object({ list: z.string() });

/** The person was taken out of a static list; not said when the list itself is deleted. */
export const listLeft = z.object({ list: z.string() });
