import * as z from 'zod';

const permission = {
  topic: z.string(),
  channel: z.string(),
  source: z.string(),
  /** Version of the wording the person agreed to, when the source said it. */
  text: z.string().optional(),
  /** The message whose unsubscribe link was used. */
  message: z.string().optional(),
};

/** The person allowed messages about a topic on a channel. */
export const consentGiven = z.object(permission);

/** The person withdrew that permission. */
export const consentWithdrawn = z.object(permission);
