import { dayMs } from '../../time/calendar.ts';
import type { Message } from '../message.ts';

/** What a provider takes of an account: emails per second and per 24 hours, and those of the last 24 hours. */
export type SendingQuota = {
  readonly perSecond: number;
  readonly perDay: number;
  readonly sentLastDay: number;
};

/** A quota and the instant, ms, at which the provider told it. */
export type KnownQuota = SendingQuota & { readonly readAt: number };

/**
 * A part of the account's rate. Senders share the parts by conditional writes, one per call, so that
 * nobody hands the rate out. Instants are ms.
 */
export type RateBucket = {
  /** GCRA's theoretical arrival time: when the next email is due at the even pace. */
  readonly tat: number;
  /** The share of the rate, 0 to 1, that the provider's throttling had left at `slowedAt`. */
  readonly pace: number;
  readonly slowedAt: number;
  /** Emails let through since the quota was read at `since`. */
  readonly taken: number;
  readonly since: number;
};

export const newBucket: RateBucket = {
  tat: 0,
  pace: 1,
  slowedAt: Number.MIN_SAFE_INTEGER,
  taken: 0,
  since: 0,
};

/** The least of a rate that is worth a bucket of its own, emails a second: ten calls of fifty. */
const bucketPerSecond = 500;

/** Over how many buckets a rate is spread: one for small rates, never more than can send at once. */
export const bucketsOf = (perSecond: number, senders: number): number =>
  Math.max(1, Math.min(senders, Math.floor(perSecond / bucketPerSecond)));

/** The longest burst of one bucket: a call of fifty and what is kept free for transactional emails. */
const longestBurst = 64;

/**
 * How a bucket keeps a rate so that no second sees more than it: a burst and, after it, the rest. GCRA
 * lets at most `burst + perSecond * t` through in t seconds (any stretch of that length, its end left
 * out), and here `burst + perSecond` is the rate and one more, which that open end takes away.
 */
export function shapeOf(rate: number): { readonly burst: number; readonly perSecond: number } {
  const whole = rate >= 1 ? Math.floor(rate) : rate;
  const burst = Math.min(longestBurst, Math.max(1, Math.ceil(whole / 4)));
  return { burst, perSecond: whole - burst + 1 };
}

/** A share of the burst, and of the day, that marketing leaves to transactional emails. */
const reserved = (burst: number): number => (burst < 2 ? 0 : Math.max(1, Math.floor(burst / 5)));
const reservedOfDay = 0.02;

/** The share of what it asks for that a call waits for: many small calls cost more than a short wait. */
const worthwhile = 0.8;

/** `full`: the day's quota is used up. `wait`: so many ms until there is room for a worthwhile call. */
export type RateAnswer =
  | { readonly kind: 'taken'; readonly messages: number; readonly bucket: RateBucket }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'full' };

/**
 * Takes room for up to `messages` emails from a bucket: the generic cell rate algorithm as virtual
 * scheduling (ITU-T I.371, annex A) for several cells at once. Marketing stops a little below what
 * there is, so that a transactional email always finds room.
 */
export function takeRate(
  bucket: RateBucket,
  ask: {
    readonly messages: number;
    readonly kind: Message['kind'];
    readonly quota: KnownQuota;
    readonly buckets: number;
    readonly now: number;
  },
): RateAnswer {
  const { kind, quota, buckets, now } = ask;
  const taken = bucket.since === quota.readAt ? bucket.taken : 0;
  const ofDay = dayRoom(ask) - taken;
  if (ofDay < 1) return { kind: 'full' };
  const { burst, perSecond } = shapeOf((quota.perSecond / buckets) * paceAt(bucket, now));
  const eachMs = 1000 / perSecond;
  const limit = kind === 'marketing' ? burst - reserved(burst) : burst;
  const most = Math.min(ask.messages, limit, ofDay);
  const tat = Math.max(bucket.tat, now);
  // A millionth of an email more: sums of such intervals are not exact.
  const room = Math.floor(limit - (tat - now) / eachMs + 1e-6);
  const least = Math.ceil(most * worthwhile);
  if (room < least) {
    return { kind: 'wait', ms: Math.max(1, Math.ceil(tat - (limit - least) * eachMs - now)) };
  }
  const messages = Math.min(most, room);
  const after = { tat: tat + messages * eachMs, taken: taken + messages, since: quota.readAt };
  return { kind: 'taken', messages, bucket: { ...bucket, ...after } };
}

/**
 * What one bucket may let through until the quota is read again. A reading of a day ago says nothing
 * any more: then the provider alone refuses.
 */
function dayRoom(ask: {
  readonly kind: Message['kind'];
  readonly quota: KnownQuota;
  readonly buckets: number;
  readonly now: number;
}): number {
  const { perDay, sentLastDay, readAt } = ask.quota;
  if (ask.now - readAt >= dayMs) return Number.POSITIVE_INFINITY;
  const kept = ask.kind === 'marketing' ? Math.ceil(perDay * reservedOfDay) : 0;
  return Math.floor((perDay - sentLastDay - kept) / ask.buckets);
}

/** From standing still to the whole rate it takes ten minutes: a tenth of it more every minute. */
const recoveryMs = 10 * 60_000;

/** Refusals within this time tell of one and the same excess, ms. */
const oneExcessMs = 10_000;

const slowestPace = 1 / 64;

/** The share of the rate that is used now: additive increase after a multiplicative decrease (Chiu and Jain, 1989). */
export const paceAt = ({ pace, slowedAt }: RateBucket, now: number): number =>
  Math.min(1, pace + Math.max(0, now - slowedAt) / recoveryMs);

/** The bucket after the provider said that it was too fast: half the pace, once for one excess. */
export function slowed(bucket: RateBucket, now: number): RateBucket | undefined {
  if (now - bucket.slowedAt < oneExcessMs) return undefined;
  return { ...bucket, pace: Math.max(slowestPace, paceAt(bucket, now) / 2), slowedAt: now };
}
