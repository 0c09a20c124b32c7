import type { Instant } from '../time/instant.ts';

/**
 * Whether a person is a member, and until when: positive for a member, negative for none, and the
 * absolute value is the first instant at which that can change with no new input (Infinity: never).
 * Instants of evaluation are after 1970, so the sign is never lost.
 */
export type Answer = number;

export const always: Answer = Number.POSITIVE_INFINITY;
export const never: Answer = Number.NEGATIVE_INFINITY;

export const member = (answer: Answer): boolean => answer > 0;

/** The first instant at which the answer can change by itself. */
export const until = (answer: Answer): Instant => Math.abs(answer);

/** The answer of a condition that holds from `first` to `last`, both included, and at no other instant. */
export function answerOfSpan(first: Instant, last: Instant, now: Instant): Answer {
  if (now > last || first > last) return never;
  return now < first ? -first : last + 1;
}

/** Both hold: a member until one of them may change, none before all that deny it may. */
export function both(one: Answer, other: Answer): Answer {
  if (one > 0) return other > 0 && one < other ? one : other;
  return other < one ? other : one;
}

/** Either holds: none until one of them may change, a member until all that grant it may. */
export const either = (one: Answer, other: Answer): Answer => -both(-one, -other);
