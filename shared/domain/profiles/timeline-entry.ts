import { canaryDays, canaryEvent } from '../canary/canary.ts';
import { dayMs } from '../time/calendar.ts';

/**
 * Something that happened to a person. The timeline is append-only and is the outbox: an entry is
 * written in the transaction that changes the profile, and its stream feeds the bus.
 */
export type TimelineEntry = {
  readonly id: string;
  readonly profileId: string;
  /** A type of the event catalog goes to the bus; any other stays on the timeline. */
  readonly type: string;
  /** When it happened, ISO. */
  readonly occurredAt: string;
  /** When it was written, ISO. */
  readonly recordedAt: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** What arrives late stays this long all the same: to be published, and published again. */
const shortestDays = 30;

/** Days of a calendar may have more than 24 hours: nothing goes before its last day is over anywhere. */
const marginDays = 2;

/**
 * The second from 1970 on at which an entry may go, when the timeline keeps so many days of what people
 * did. Undefined: it stays for ever, as all that proves something does: consents, messages, memberships.
 */
export function expiryOf(
  { type, occurredAt, recordedAt }: Pick<TimelineEntry, 'type' | 'occurredAt' | 'recordedAt'>,
  timelineDays: number | undefined,
): number | undefined {
  if (type === canaryEvent) return Math.ceil(Date.parse(recordedAt) / 1000) + canaryDays * 86_400;
  if (type !== 'event' || timelineDays === undefined) return undefined;
  const kept = Date.parse(occurredAt) + (timelineDays + marginDays) * dayMs;
  const late = Date.parse(recordedAt) + shortestDays * dayMs;
  return Math.ceil(Math.max(kept, late) / 1000);
}
