import { dayMs } from '../time/calendar.ts';
import { type Message, type MessageChannel, messageId } from './message.ts';

/** A message over the cap that is to go as soon as there is room. Instants are ISO. */
export type Waiting = {
  readonly message: string;
  readonly channel: MessageChannel;
  readonly priority: number;
  /** From when on there may be room for it. */
  readonly from: string;
};

/**
 * What was done towards one person, apart from what is known about them: sending never fights with
 * ingest over the profile.
 */
export type Contact = {
  readonly profileId: string;
  /** Optimistic lock: one more at every write; 0 is not stored yet. */
  readonly revision: number;
  /** Marketing messages, by the person's own day (`2026-11-25`) and by channel. */
  readonly sent: Readonly<Record<string, Readonly<Partial<Record<MessageChannel, number>>>>>;
  /** In the order in which they came. */
  readonly waiting: readonly Waiting[];
  /** When the person last opened, clicked or answered, by channel, ISO; what machines did counts for nothing. */
  readonly reactions: Readonly<Partial<Record<MessageChannel, string>>>;
};

export const noContact = (profileId: string): Contact => ({
  profileId,
  revision: 0,
  sent: {},
  waiting: [],
  reactions: {},
});

/** The contact after a reaction; undefined when a later one is known. */
export function withReaction(
  contact: Contact,
  channel: MessageChannel,
  at: string,
): Contact | undefined {
  const known = contact.reactions[channel];
  if (known !== undefined && known >= at) return undefined;
  const reactions = { ...contact.reactions, [channel]: at };
  return { ...contact, reactions, revision: contact.revision + 1 };
}

/** How long a message that waits is let go first once its time has come, in ms: the sweep wakes it within minutes. */
export const graceMs = 10 * 60_000;

/** So many wait in line at most: who comes after them waits too, but goes first before nobody. */
const longestLine = 50;

/** Days of the longest window of a cap. */
const keptDays = 30;

/** A date's number: days since 1970-01-01. */
export const numberOfDay = (date: string): number => Date.parse(date) / dayMs;

type Rows = {
  /** Undefined: the row is new. */
  readonly before: Message | undefined;
  readonly after: Message;
};

/** Whether a step of a message's life changes what its person's contact says. */
export const concernsContact = ({ before, after }: Rows): boolean => {
  const isSame = <Part>(partOf: (row: Message) => Part): boolean =>
    JSON.stringify(before !== undefined && partOf(before)) === JSON.stringify(partOf(after));
  return !isSame(countOf) || !isSame(waitingOf);
};

/**
 * The contact after a step of a message's life: it counts each row with `countedOn` once, on that day
 * and on the row's channel, and has each row that waits for room in line.
 */
export function contactAfter(contact: Contact, { before, after }: Rows): Contact {
  const sent = { ...contact.sent };
  const add = (row: Message | undefined, difference: 1 | -1): void => {
    if (row?.countedOn === undefined) return;
    const { countedOn: day, channel } = row;
    // A day that was dropped since is in no window any more.
    const count = Math.max(0, (sent[day]?.[channel] ?? 0) + difference);
    const { [channel]: _, ...others } = sent[day] ?? {};
    sent[day] = count === 0 ? others : { ...others, [channel]: count };
  };
  add(before, -1);
  add(after, 1);
  return {
    ...contact,
    sent: keptOf(sent),
    waiting: lineWith(contact.waiting, after),
    revision: contact.revision + 1,
  };
}

const countOf = ({ countedOn, channel }: Message) =>
  countedOn !== undefined && [countedOn, channel];

const waitingOf = (row: Message): Waiting | false =>
  row.state === 'deferred' &&
  row.reason === 'frequency-cap' &&
  row.dueAt !== undefined && {
    message: messageId(row),
    channel: row.channel,
    priority: row.priority,
    from: row.dueAt,
  };

/** Days that a window may still reach: none is further ahead of a person's own day than the newest counted one. */
function keptOf(sent: Contact['sent']): Contact['sent'] {
  const days = Object.entries(sent).filter(([, counts]) => Object.keys(counts).length > 0);
  const oldest = Math.max(...days.map(([date]) => numberOfDay(date))) - keptDays;
  return Object.fromEntries(days.filter(([date]) => numberOfDay(date) >= oldest));
}

/** The line with a message in its old place, at the end, or without it; without those whose time is long over. */
function lineWith(line: readonly Waiting[], row: Message): readonly Waiting[] {
  const own = messageId(row);
  const entry = waitingOf(row);
  const overAt = Date.parse(row.at) - graceMs;
  const others = line.filter(({ message, from }) => message === own || Date.parse(from) > overAt);
  const at = others.findIndex(({ message }) => message === own);
  if (entry === false) return others.filter((_, index) => index !== at);
  if (at >= 0) return others.with(at, entry);
  return others.length < longestLine ? [...others, entry] : others;
}
