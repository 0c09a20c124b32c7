import * as z from 'zod';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Settings } from '../../shared/ports/settings.ts';
import type { EmbeddedPorts } from './embedded-ports.ts';
import { feedbackTypes, sesEvent } from './ses-event.ts';
import { textStatusEvent } from './text-status.ts';

export const feedbackSchema = z.strictObject({
  /** The outbox item's id. */
  message: z.string().min(1),
  /** Of an SMS: `delivery`, or `failure`. */
  type: z.enum([...feedbackTypes, 'failure']),
  /** Permanent unless said: the address does not exist. */
  bounceType: z.enum(['Permanent', 'Transient']).optional(),
  /** The link of a click. */
  link: z.string().optional(),
});

export type FeedbackRequest = z.infer<typeof feedbackSchema>;

const isTextStatus = (type: FeedbackRequest['type']): boolean =>
  type === 'delivery' || type === 'failure';

/** `unknown`: no such message; `no-feedback`: nobody ever says this of a message on its channel. */
export type FeedbackOutcome = 'published' | 'unknown' | 'no-feedback';

export type GiveFeedback = (request: FeedbackRequest) => Promise<FeedbackOutcome>;

/**
 * What comes back for an email, published on the default bus as SES does; for an SMS, handed to `logs` as
 * CloudWatch Logs does with what SNS writes there.
 */
export function giveFeedback({
  embedded,
  settings,
  clock,
  logs,
}: {
  readonly embedded: EmbeddedPorts;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logs?: (event: unknown) => Promise<unknown>;
}): GiveFeedback {
  return async (request) => {
    const item = embedded.outbox.find(request.message);
    if (!item) return 'unknown';
    const { type } = request;
    if (item.channel === 'text' && logs !== undefined && isTextStatus(type)) {
      const status = type === 'delivery' ? 'SUCCESS' : 'FAILURE';
      await logs(textStatusEvent({ ...item, sentAt: item.at }, status, clock.now()));
      return 'published';
    }
    if (item.channel !== 'email' || type === 'failure') return 'no-feedback';
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
    await embedded.bus.publish('default', sesEvent(email, { ...request, type }, now));
    return 'published';
  };
}
