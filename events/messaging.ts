import * as z from 'zod';

const about = {
  /** The message: ledger row, tag and feedback id. */
  message: z.string(),
  campaign: z.string(),
  run: z.string(),
  channel: z.string(),
};

/** The provider accepted the message. */
export const messageSent = z.object(about);
/** The recipient's server does not take it yet; the provider goes on trying. */
export const messageDelayed = z.object({ ...about, detail: z.string() });
export const messageDelivered = z.object(about);
/** The recipient's server refused it; `permanent` ones suppress the address. */
export const messageBounced = z.object({ ...about, permanent: z.boolean(), detail: z.string() });
export const messageComplained = z.object(about);
/** The provider refused or could not build the message. */
export const messageRejected = z.object({ ...about, detail: z.string() });
/** The person answered; `message` and its campaign when it is known what they answered. */
export const messageReplied = z.object({
  channel: z.string(),
  text: z.string(),
  message: z.string().optional(),
  campaign: z.string().optional(),
  run: z.string().optional(),
});
/** `automated` when a machine did it: the provider says so, or the visits of other links around it do. */
export const messageOpened = z.object({ ...about, automated: z.boolean() });
export const messageClicked = z.object({ ...about, automated: z.boolean(), link: z.string() });
