import * as z from 'zod';
import { dayMs, localDay } from '../../time/calendar.ts';
import { nextMidnight } from '../../time/midnight.ts';
import { instantsOfLocal } from '../../time/zone.ts';
import { type Contact, graceMs, numberOfDay, type Waiting } from '../contact.ts';
import type { CapRoom } from '../decision.ts';
import { type Message, type MessageChannel, messageChannels } from '../message.ts';

/** The person's own day, and the 7 and 30 of them that end with it. */
export const capWindows = { day: 1, week: 7, month: 30 } as const;
export type CapWindow = keyof typeof capWindows;

/** A webhook reaches a system, not a person: nobody has enough of it. */
const isLimited = (channel: MessageChannel): boolean => channel !== 'webhook';

/** At most so many marketing messages to one person on a channel, or on all together. */
export const frequencyCapSchema = z.strictObject({
  channel: z
    .enum([...messageChannels.filter(isLimited), 'all'])
    .describe('A channel, or `all` of them together; webhooks reach no person and do not count.'),
  per: z
    .enum(['day', 'week', 'month'])
    .describe("The person's own day, or the 7 or 30 of their days that end with it."),
  limit: z.int().min(1).max(1000).describe('Messages, at most.'),
});
export type FrequencyCap = z.infer<typeof frequencyCapSchema>;

/** Those caps that a message counts against: none for what is transactional. */
export const capsOn = (
  caps: readonly FrequencyCap[],
  { kind, channel }: Pick<Message, 'kind' | 'channel'>,
): readonly FrequencyCap[] =>
  kind === 'marketing' && isLimited(channel) ? caps.filter((cap) => concerns(cap, channel)) : [];

const concerns = (cap: FrequencyCap, channel: MessageChannel): boolean =>
  cap.channel === channel || (cap.channel === 'all' && isLimited(channel));

/** What asks for room: one more message to the person whose contact it is. */
export type RoomQuestion = {
  readonly caps: readonly FrequencyCap[];
  readonly contact: Contact;
  /** `id`: of the message, so that its own place in the line is not before it. */
  readonly message: Pick<Message, 'kind' | 'channel' | 'priority'> & { readonly id: string };
  /** Milliseconds. */
  readonly now: number;
  /** The person's own. */
  readonly timeZone: string;
};

/**
 * Whether one more message may go today. Full is a cap whose days have had enough, until the start of
 * the first day on which enough of them lie outside every window; and one whose last places are for
 * those who wait and go first, until their time to take them is over.
 */
export function capRoom({ caps, contact, message, now, timeZone }: RoomQuestion): CapRoom {
  const limits = capsOn(caps, message);
  const today = localDay(now, timeZone);
  if (!limits.every((cap) => countedIn(cap, contact, today) < cap.limit)) {
    return { kind: 'full', until: firstRoom(limits, contact, { now, today, timeZone }) };
  }
  const ahead = aheadOf(message, contact, now);
  const taking = limits.flatMap((cap) => {
    const inLine = ahead.filter(({ channel }) => concerns(cap, channel));
    return countedIn(cap, contact, today) + inLine.length < cap.limit ? [] : inLine;
  });
  if (taking.length === 0) return { kind: 'free' };
  return { kind: 'full', until: Math.min(...taking.map(graceEnd)) };
}

/** The caps that a message counts against, each with what it has counted by today. */
export const capCounts = ({
  caps,
  contact,
  message,
  now,
  timeZone,
}: Omit<RoomQuestion, 'message'> & {
  readonly message: Pick<Message, 'kind' | 'channel'>;
}): readonly (FrequencyCap & { readonly count: number })[] =>
  capsOn(caps, message).map((cap) => ({
    ...cap,
    count: countedIn(cap, contact, localDay(now, timeZone)),
  }));

/** Messages of the window that ends with a day. A count beyond that day is there when somebody's zone has changed. */
function countedIn(cap: FrequencyCap, { sent }: Contact, day: number): number {
  const before = day - capWindows[cap.per];
  let count = 0;
  for (const [date, channels] of Object.entries(sent)) {
    if (numberOfDay(date) <= before) continue;
    for (const channel of messageChannels) {
      if (concerns(cap, channel)) count += channels[channel] ?? 0;
    }
  }
  return count;
}

/** The first instant at which no cap is full any more if nothing more is sent. */
function firstRoom(
  caps: readonly FrequencyCap[],
  contact: Contact,
  {
    now,
    today,
    timeZone,
  }: { readonly now: number; readonly today: number; readonly timeZone: string },
): number {
  let day = today + 1;
  while (!caps.every((cap) => countedIn(cap, contact, day) < cap.limit)) day += 1;
  // A midnight that the clock shows twice may lie behind: the other one has not come yet.
  const start = instantsOfLocal(day * dayMs, timeZone).find((instant) => instant > now);
  return start ?? nextMidnight(now, timeZone);
}

/** Until when a message that waits is let go first. */
const graceEnd = ({ from }: Waiting): number => Date.parse(from) + graceMs;

/** Those in line whose time has come and who go first: by priority, then by how long they have stood there. */
function aheadOf(
  { id, priority }: RoomQuestion['message'],
  { waiting }: Contact,
  now: number,
): readonly Waiting[] {
  const own = waiting.findIndex(({ message }) => message === id);
  return waiting.filter((other, index) => {
    if (index === own || Date.parse(other.from) > now || graceEnd(other) <= now) return false;
    const isEarlier = own === -1 || index < own;
    return other.priority > priority || (other.priority === priority && isEarlier);
  });
}
