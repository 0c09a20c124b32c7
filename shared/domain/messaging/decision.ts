import { hasConsent } from '../consent/consent.ts';
import type { Profile } from '../profiles/profile.ts';
import { bucketOf } from '../rules/bucket.ts';
import { personTimeZone } from '../time/zone.ts';
import type { DeferredReason, MessageChannel, WithheldReason } from './message.ts';
import { type ControlGroup, isControl } from './policy/control-group.ts';
import { type QuietHours, quietHoursEnd } from './quiet-hours.ts';

/** What is to happen with one message to one person now. */
export type Decision =
  | { readonly kind: 'send' }
  | { readonly kind: 'withheld'; readonly reason: WithheldReason }
  /** `until`: the instant of the next look, ms. */
  | { readonly kind: 'deferred'; readonly until: number; readonly reason: DeferredReason };

/** Whether frequency caps leave room for a message now; `until`: the first instant at which there may be some, ms. */
export type CapRoom = { readonly kind: 'free' } | { readonly kind: 'full'; readonly until: number };

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
  /** By the caps of the policy, for this person, channel and instant. */
  readonly cap: CapRoom;
  /** What the campaign does with a message over the cap. */
  readonly overCap: 'withhold' | 'defer';
  readonly controlGroup: ControlGroup | undefined;
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
 * `deadline`, then deferral to the planned instant (`local-time`) and to the end of the
 * `quiet-hours`, then the `frequency-cap`; a deferral past the deadline is withheld with `deadline`.
 * Who waits for room under a cap waits until the deadline in any case, as a message that ends without
 * having gone gives its room back at any time.
 * Who would now be sent the message or be deferred may be in the `control-group` or the `holdout`:
 * so those are compared with people who are just as reachable. A transactional message asks for no
 * consent, counts against no cap, and has no hold-out. A webhook reaches a system of the company's
 * own: it asks for no consent and counts against no cap.
 */
export function decideMessage(question: Question): Decision {
  const { profile } = question;
  if (profile === undefined) return withheld('profile-gone');
  const decision = decideReachable(question, profile);
  if (decision.kind === 'withheld' || question.kind === 'transactional') return decision;
  if (isControl(question.controlGroup, profile.id)) return withheld('control-group');
  const isHeldOut = bucketOf(question.campaign, profile.id) < question.holdout * 100;
  return isHeldOut ? withheld('holdout') : decision;
}

function decideReachable(question: Question, profile: Profile): Decision {
  const { now, deadline } = question;
  const reason = withholding(question, profile);
  if (reason !== undefined) return withheld(reason);
  if (deadline !== undefined && now > deadline) return withheld('deadline');
  const wait = waiting(question, profile);
  if (wait === undefined) return { kind: 'send' };
  if (wait === 'withhold') return withheld('frequency-cap');
  if (deadline !== undefined && wait.until > deadline) {
    const hasLastChance = wait.reason === 'frequency-cap' && now < deadline;
    if (!hasLastChance) return withheld('deadline');
    return { kind: 'deferred', until: deadline, reason: wait.reason };
  }
  return { kind: 'deferred', ...wait };
}

const withheld = (reason: WithheldReason): Decision => ({ kind: 'withheld', reason });

/** Why a channel does not reach a person at all, whatever the time; undefined: it does. */
export function withholding(
  question: Pick<Question, 'channel' | 'kind' | 'topic' | 'suppressed'>,
  profile: Profile,
): WithheldReason | undefined {
  const { channel, kind, topic } = question;
  if (addressOf(profile, channel) === undefined) return 'no-address';
  const needsConsent = kind === 'marketing' && channel !== 'webhook';
  if (needsConsent && (topic === undefined || !hasConsent(profile.consents, topic, channel))) {
    return 'no-consent';
  }
  return question.suppressed ? 'suppressed' : undefined;
}

function waiting(
  question: Question,
  profile: Profile,
): { readonly until: number; readonly reason: DeferredReason } | 'withhold' | undefined {
  const { now, plannedAt, quietHours, cap } = question;
  if (plannedAt > now) return { until: plannedAt, reason: 'local-time' };
  const timeZone = personTimeZone(profile.attributes['timeZone'], question.companyTimeZone);
  const quietEnd = (at: number): number | undefined =>
    quietHours === undefined ? undefined : quietHoursEnd(quietHours, at, timeZone);
  const until = quietEnd(now);
  if (until !== undefined) return { until, reason: 'quiet-hours' };
  const isUncapped = question.kind === 'transactional' || question.channel === 'webhook';
  if (isUncapped || cap.kind === 'free') return undefined;
  if (question.overCap === 'withhold') return 'withhold';
  // Room that opens in quiet hours is of use at their end: until then it stands in line.
  return { until: quietEnd(cap.until) ?? cap.until, reason: 'frequency-cap' };
}

/** Where a channel reaches the person, normalised; undefined when it does not. */
export function addressOf(
  profile: Pick<Profile, 'identifiers' | 'devices'>,
  channel: MessageChannel,
): string | undefined {
  switch (channel) {
    case 'email':
      return profile.identifiers.email;
    case 'sms':
      return profile.identifiers.phone;
    case 'push':
      return profile.devices?.[0]?.token;
    case 'webhook':
      return 'endpoint'; // the campaign's own, whoever the person is
  }
}
