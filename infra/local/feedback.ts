import * as z from 'zod';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Settings } from '../../shared/ports/settings.ts';
import type { EmbeddedPorts } from './embedded-ports.ts';
import { feedbackTypes, sesEvent } from './ses-event.ts';

export const feedbackSchema = z.strictObject({
  /** The outbox item's id. */
  message: z.string().min(1),
  type: z.enum(feedbackTypes),
  /** Permanent unless said: the address does not exist. */
  bounceType: z.enum(['Permanent', 'Transient']).optional(),
  /** The link of a click. */
  link: z.string().optional(),
});

export type FeedbackRequest = z.infer<typeof feedbackSchema>;

/** `unknown`: no such message; `no-feedback`: SES says nothing about text messages. */
export type FeedbackOutcome = 'published' | 'unknown' | 'no-feedback';

export type GiveFeedback = (request: FeedbackRequest) => Promise<FeedbackOutcome>;

/** What comes back for an email, published on the default bus as SES does. */
export function giveFeedback({
  embedded,
  settings,
  clock,
}: {
  readonly embedded: EmbeddedPorts;
  readonly settings: Settings;
  readonly clock: Clock;
}): GiveFeedback {
  return async (request) => {
    const item = embedded.outbox.find(request.message);
    if (!item) return 'unknown';
    if (item.channel !== 'email') return 'no-feedback';
    const email = {
      providerId: item.providerId,
      from: settings.sender,
      to: item.to,
      subject: item.subject,
      headers: item.headers,
      tags: item.tags,
      sentAt: new Date(item.at).toISOString(),
    };
    const now = new Date(clock.now()).toISOString();
    await embedded.bus.publish('default', sesEvent(email, request, now));
    return 'published';
  };
}
