import { hasConsent } from '../consent/consent.ts';
import type { Profile } from '../profiles/profile.ts';
import { bucketOf } from '../rules/bucket.ts';
import { personTimeZone } from '../time/zone.ts';
import type { DeferredReason, MessageChannel, WithheldReason } from './message.ts';
import { type QuietHours, quietHoursEnd } from './quiet-hours.ts';

/** What is to happen with one message to one person now. */
export type Decision =
  | { readonly kind: 'send' }
  | { readonly kind: 'withheld'; readonly reason: WithheldReason }
  /** `until`: the instant of the next look, ms. */
  | { readonly kind: 'deferred'; readonly until: number; readonly reason: DeferredReason };

/** Everything a decision depends on. Instants are milliseconds. */
export type Question = {
  readonly channel: MessageChannel;
  readonly kind: 'marketing' | 'transactional';
  readonly topic: string | undefined;
  /** Undefined when the person is no longer stored. */
  readonly profile: Profile | undefined;
  /** Whether the address is on the suppression list. */
  readonly suppressed: boolean;
  readonly quietHours: QuietHours | undefined;
  /** The share, 0 to 1, of people who get nothing so that the rest can be compared with them. */
  readonly holdout: number;
  /** The campaign's id: salt of the hold-out, so that it is the same people in every run. */
  readonly campaign: string;
  readonly plannedAt: number;
  readonly deadline: number | undefined;
  readonly now: number;
  readonly companyTimeZone: string;
};

/**
 * Decides about one message, when it is reserved and again right before the call. The first reason
 * that holds counts, in this order: `profile-gone`, `no-address`, `no-consent`, `suppressed`,
 * `holdout` (so the held-out would all have been reached), `deadline`, then deferral to the planned
 * instant (`local-time`) and to the end of the `quiet-hours`; a deferral past the deadline is withheld
 * with `deadline`. A transactional message asks for no consent and has no hold-out.
 */
export function decideMessage(question: Question): Decision {
  const { profile, now, deadline } = question;
  if (profile === undefined) return withheld('profile-gone');
  const reason = withholding(question, profile);
  if (reason !== undefined) return withheld(reason);
  if (deadline !== undefined && now > deadline) return withheld('deadline');
  const wait = waiting(question, profile);
  if (wait === undefined) return { kind: 'send' };
  if (deadline !== undefined && wait.until > deadline) return withheld('deadline');
  return { kind: 'deferred', ...wait };
}

const withheld = (reason: WithheldReason): Decision => ({ kind: 'withheld', reason });

function withholding(question: Question, profile: Profile): WithheldReason | undefined {
  const { channel, kind, topic, holdout } = question;
  if (addressOf(profile, channel) === undefined) return 'no-address';
  if (
    kind === 'marketing' &&
    (topic === undefined || !hasConsent(profile.consents, topic, channel))
  ) {
    return 'no-consent';
  }
  if (question.suppressed) return 'suppressed';
  const isHeldOut = kind === 'marketing' && bucketOf(question.campaign, profile.id) < holdout * 100;
  return isHeldOut ? 'holdout' : undefined;
}

function waiting(
  question: Question,
  profile: Profile,
): { readonly until: number; readonly reason: DeferredReason } | undefined {
  const { now, plannedAt, quietHours } = question;
  if (plannedAt > now) return { until: plannedAt, reason: 'local-time' };
  if (quietHours === undefined) return undefined;
  const timeZone = personTimeZone(profile.attributes['timeZone'], question.companyTimeZone);
  const until = quietHoursEnd(quietHours, now, timeZone);
  return until === undefined ? undefined : { until, reason: 'quiet-hours' };
}

/** Where a channel reaches the person, normalised; undefined when it does not. */
export function addressOf(
  profile: Pick<Profile, 'identifiers'>,
  channel: MessageChannel,
): string | undefined {
  return channel === 'email' ? profile.identifiers.email : profile.identifiers.phone;
}
