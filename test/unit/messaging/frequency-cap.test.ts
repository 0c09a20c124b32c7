import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Contact,
  graceMs,
  noContact,
  type Waiting,
} from '../../../shared/domain/messaging/contact.ts';
import type { MessageChannel } from '../../../shared/domain/messaging/message.ts';
import {
  capRoom,
  capsOn,
  capWindows,
  type FrequencyCap,
  frequencyCapSchema,
  type RoomQuestion,
} from '../../../shared/domain/messaging/policy/frequency-cap.ts';

const noon = Date.parse('2026-11-25T12:00:00Z');
const twoEmailsADay: FrequencyCap = { channel: 'email', per: 'day', limit: 2 };
const threeAWeek: FrequencyCap = { channel: 'all', per: 'week', limit: 3 };

const aContact = (contact: Partial<Contact>): Contact => ({ ...noContact('anna'), ...contact });

const roomFor = (question: Partial<RoomQuestion>) => {
  const room = capRoom({
    caps: [twoEmailsADay, threeAWeek],
    contact: noContact('anna'),
    message: { id: 'new', kind: 'marketing', channel: 'email', priority: 5 },
    now: noon,
    timeZone: 'UTC',
    ...question,
  });
  return room.kind === 'free' ? 'free' : new Date(room.until).toISOString();
};

describe('room under frequency caps', () => {
  it.each<[string, Contact['sent'], MessageChannel, string]>([
    ['is there for the first', {}, 'email', 'free'],
    ['is there below the cap', { '2026-11-25': { email: 1 } }, 'email', 'free'],
    [
      'comes with the next day',
      { '2026-11-25': { email: 2 } },
      'email',
      '2026-11-26T00:00:00.000Z',
    ],
    ['does not count yesterday for today', { '2026-11-24': { email: 2 } }, 'email', 'free'],
    ['is another on another channel', { '2026-11-25': { email: 2 } }, 'sms', 'free'],
    [
      'is shared by all channels under a cap on all',
      { '2026-11-20': { email: 1, push: 1 }, '2026-11-25': { sms: 1 } },
      'sms',
      '2026-11-27T00:00:00.000Z',
    ],
    ['comes back after seven days', { '2026-11-18': { email: 3 } }, 'email', 'free'],
    [
      'waits for the seventh day to end',
      { '2026-11-19': { email: 3 } },
      'email',
      '2026-11-26T00:00:00.000Z',
    ],
    [
      'waits for every cap',
      { '2026-11-20': { sms: 1 }, '2026-11-25': { email: 2 } },
      'email',
      '2026-11-27T00:00:00.000Z',
    ],
    [
      'waits until enough days have dropped out when a cap was lowered',
      { '2026-11-20': { sms: 2 }, '2026-11-21': { sms: 2 }, '2026-11-22': { sms: 1 } },
      'email',
      '2026-11-28T00:00:00.000Z',
    ],
    [
      'counts a day that is ahead after a move westward',
      { '2026-11-26': { email: 2 } },
      'email',
      '2026-11-27T00:00:00.000Z',
    ],
  ])('%s', (_, sent, channel, expected) => {
    const message = { id: 'new', kind: 'marketing', channel, priority: 5 } as const;
    expect(roomFor({ contact: aContact({ sent }), message })).toBe(expected);
  });

  it('is there again after thirty days under a cap by the month', () => {
    const caps: readonly FrequencyCap[] = [{ channel: 'email', per: 'month', limit: 1 }];
    const roomAfter = (day: string) =>
      roomFor({ caps, contact: aContact({ sent: { [day]: { email: 1 } } }) });
    expect(roomAfter('2026-10-27')).toBe('2026-11-26T00:00:00.000Z');
    expect(roomAfter('2026-10-26')).toBe('free');
  });

  it('is by the day of the person', () => {
    const contact = aContact({ sent: { '2026-11-25': { email: 2 } } });
    const timeZone = 'Asia/Kathmandu';
    // 18:15 in UTC is midnight there.
    expect(roomFor({ contact, timeZone, now: noon })).toBe('2026-11-25T18:15:00.000Z');
    expect(roomFor({ contact, timeZone, now: Date.parse('2026-11-25T18:15:00Z') })).toBe('free');
  });

  it.each([
    // The clock skips midnight: the day begins at one.
    ['America/Santiago', '2026-09-05', '2026-09-05T12:00:00Z', '2026-09-06T04:00:00.000Z'],
    ['Asia/Beirut', '2026-03-28', '2026-03-28T12:00:00Z', '2026-03-28T22:00:00.000Z'],
    // The clock goes from midnight back to 23:00: the day has 25 hours.
    ['America/Santiago', '2026-04-04', '2026-04-05T03:30:00Z', '2026-04-05T04:00:00.000Z'],
    ['Asia/Beirut', '2026-10-24', '2026-10-24T20:30:00Z', '2026-10-24T22:00:00.000Z'],
    // Midnight comes twice; in St John's a minute of the new day came before the old day's last hour.
    ['America/Havana', '2026-10-31', '2026-10-31T12:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['America/St_Johns', '2006-10-28', '2006-10-29T03:00:00Z', '2006-10-29T03:30:00.000Z'],
    // Samoa had no 30 December 2011.
    ['Pacific/Apia', '2011-12-29', '2011-12-29T20:00:00Z', '2011-12-30T10:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-10-03', '2026-10-03T12:00:00Z', '2026-10-03T13:30:00.000Z'],
  ])('comes in %s with the day after %s', (timeZone, day, now, expected) => {
    const contact = aContact({ sent: { [day]: { email: 2 } } });
    expect(roomFor({ contact, timeZone, now: Date.parse(now) })).toBe(expected);
  });

  it('is not asked for by webhooks and what is transactional', () => {
    const caps = [twoEmailsADay, threeAWeek];
    expect(capsOn(caps, { kind: 'marketing', channel: 'email' })).toEqual(caps);
    expect(capsOn(caps, { kind: 'marketing', channel: 'push' })).toEqual([threeAWeek]);
    expect(capsOn(caps, { kind: 'marketing', channel: 'webhook' })).toEqual([]);
    expect(capsOn(caps, { kind: 'transactional', channel: 'email' })).toEqual([]);
    expect(frequencyCapSchema.safeParse({ channel: 'webhook', per: 'day', limit: 1 }).success).toBe(
      false,
    );
  });
});

const waits = (message: string, changes: Partial<Waiting> = {}): Waiting => ({
  message,
  channel: 'email',
  priority: 5,
  from: '2026-11-25T12:00:00.000Z',
  ...changes,
});

describe('who waits for the same person', () => {
  const oneLeft = (waiting: readonly Waiting[]) =>
    aContact({ sent: { '2026-11-25': { email: 1 } }, waiting });
  const graceEnd = new Date(noon + graceMs).toISOString();
  const message = { kind: 'marketing', channel: 'email', priority: 5 } as const;

  it.each<[string, readonly Waiting[], string, string]>([
    ['goes when nobody else does', [waits('a')], 'a', 'free'],
    ['goes by priority', [waits('a'), waits('b', { priority: 6 })], 'a', graceEnd],
    ['lets the lower one wait', [waits('a'), waits('b', { priority: 4 })], 'a', 'free'],
    ['goes by how long it waits', [waits('b'), waits('a')], 'a', graceEnd],
    ['goes before who came later', [waits('a'), waits('b')], 'a', 'free'],
    ['goes before a new one', [waits('a')], 'new', graceEnd],
    ['yields to a more important new one', [waits('a', { priority: 4 })], 'new', 'free'],
    [
      'blocks nobody before its time',
      [waits('a', { from: '2026-11-25T12:00:00.001Z' })],
      'new',
      'free',
    ],
    [
      'blocks nobody for long',
      [waits('a', { from: new Date(noon - graceMs).toISOString() })],
      'new',
      'free',
    ],
    ['blocks only its own caps', [waits('a', { channel: 'sms' })], 'new', 'free'],
  ])('%s', (_, waiting, id, expected) => {
    expect(roomFor({ contact: oneLeft(waiting), message: { ...message, id } })).toBe(expected);
  });

  it('shares the room that is left by rank', () => {
    const line = [waits('a'), waits('b', { priority: 9 }), waits('c')];
    const fits = ['a', 'b', 'c'].filter(
      (id) =>
        roomFor({ contact: aContact({ waiting: line }), message: { ...message, id } }) === 'free',
    );
    expect(fits).toEqual(['a', 'b']);
  });
});

const zones = [
  'UTC',
  'Europe/Riga',
  'America/Santiago',
  'Asia/Beirut',
  'America/Havana',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Asia/Kathmandu',
  'America/St_Johns',
];
const formats = new Map(
  zones.map((timeZone) => [timeZone, new Intl.DateTimeFormat('en-CA', { timeZone })]),
);
const quarterMs = 15 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** A plain recount: quarter of an hour by quarter of an hour, by the dates that the platform writes. */
function firstFree(caps: readonly FrequencyCap[], { sent }: Contact, from: number, zone: string) {
  for (let at = from; ; at += quarterMs) {
    const today = Date.parse(formats.get(zone)?.format(at) ?? '');
    const isFull = caps.some(({ channel, per, limit }) => {
      const days = Array.from({ length: capWindows[per] }, (_, back) =>
        new Date(today - back * dayMs).toISOString().slice(0, 10),
      );
      const counts = days.flatMap((day) => Object.entries(sent[day] ?? {}));
      const own = counts.filter(([name]) => channel === 'all' || name === channel);
      return own.reduce((sum, [, count]) => sum + count, 0) >= limit;
    });
    if (!isFull) return at;
  }
}

describe('the instant at which there is room', () => {
  it('is what a plain recount of every quarter of an hour finds', () => {
    const aCap = fc.record({
      channel: fc.constantFrom('email', 'sms', 'all'),
      per: fc.constantFrom('day', 'week', 'month'),
      limit: fc.integer({ min: 1, max: 4 }),
    });
    const aDay = fc.record({
      back: fc.nat(31),
      channel: fc.constantFrom('email', 'sms'),
      count: fc.integer({ min: 1, max: 3 }),
    });
    const property = fc.property(
      fc.array(aCap, { minLength: 1, maxLength: 3 }),
      fc.array(aDay, { maxLength: 8 }),
      fc.nat(365 * 96),
      fc.constantFrom(...zones),
      (caps, days, quarters, timeZone) => {
        const now = Date.parse('2026-01-01T00:00:00Z') + quarters * quarterMs;
        const today = Date.parse(formats.get(timeZone)?.format(now) ?? '');
        const sent: Record<string, Record<string, number>> = {};
        for (const { back, channel, count } of days) {
          const day = new Date(today - back * dayMs).toISOString().slice(0, 10);
          sent[day] = { ...sent[day], [channel]: count };
        }
        const contact = aContact({ sent });
        const message = { id: 'new', kind: 'marketing', channel: 'email', priority: 5 } as const;
        const room = capRoom({ caps, contact, message, now, timeZone });
        const found = room.kind === 'free' ? now : room.until;
        const email = caps.filter(({ channel }) => channel !== 'sms');
        expect(found).toBe(firstFree(email, contact, now, timeZone));
      },
    );
    fc.assert(property, { numRuns: 60 });
  });
});
