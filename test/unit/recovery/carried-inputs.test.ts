import { describe, expect, it } from 'vitest';
import { inputOfEntry, isCarried, stateInputs } from '../../../infra/recovery/carried-inputs.ts';
import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import { inputSchema } from '../../../shared/domain/tracking/input.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';

const since = '2026-11-20T10:00:00.000Z';
const later = '2026-11-20T11:00:00.000Z';

const aProfile = (changes: Partial<Profile>): Profile => ({
  ...newProfile('p1', 0),
  version: 3,
  updatedAt: later,
  ...changes,
});

const consent = (given: boolean, at: string) => ({ given, at, source: 'unsubscribe' });

const consentsOf = (left: Profile, restored: Profile | undefined, mode: 'withdrawals' | 'inputs') =>
  stateInputs({ left, restored }, { mode, since }).flatMap(({ consents, occurredAt, origin }) =>
    consents.map(({ given }) => [given, occurredAt, origin]),
  );

describe('consents that only the tables left know', () => {
  const left = aProfile({
    identifiers: { email: 'anna@example.com' },
    consents: { 'offers/email': consent(false, later), 'news/sms': consent(true, later) },
  });

  it('are carried as of when they were said, and by whom', () => {
    expect(consentsOf(left, undefined, 'withdrawals')).toEqual([[false, later, 'unsubscribe']]);
    expect(consentsOf(left, undefined, 'inputs')).toEqual([
      [false, later, 'unsubscribe'],
      [true, later, 'unsubscribe'],
    ]);
  });

  it.each([
    ['the same', consent(false, later), 0],
    ['what was said since', consent(true, '2026-11-20T12:00:00.000Z'), 0],
    ['what was said before', consent(true, since), 1],
    ['the contrary at the same instant', consent(true, later), 1],
  ])('are not carried where the restored tables know %s, or are', (_, known, count) => {
    const restored = aProfile({ consents: { 'offers/email': known } });
    expect(consentsOf(left, restored, 'withdrawals')).toHaveLength(count);
  });
});

describe('a person who is carried over', () => {
  it('is found again by the browser that both know, where nothing stronger is the same', () => {
    const left = aProfile({
      identifiers: { email: 'anna@example.com', anonymousIds: ['known', 'newer'] },
      consents: { 'offers/email': consent(false, later) },
    });
    const restored = aProfile({ identifiers: { anonymousIds: ['known'] } });
    const inputs = stateInputs({ left, restored }, { mode: 'inputs', since });
    expect(inputs.map(({ identifiers }) => identifiers)).toEqual([
      { email: 'anna@example.com', anonymousId: 'known' },
      { email: 'anna@example.com', anonymousId: 'newer' },
    ]);
  });

  it('brings devices that came since, each input readable by the queue and with an id of its own', () => {
    const device = { token: 't', platform: 'ios', at: later } as const;
    const left = aProfile({
      identifiers: { externalId: 'c-1' },
      devices: [device, { ...device, token: 'old', at: '2026-11-01T00:00:00.000Z' }],
      consents: { 'offers/email': consent(true, later) },
    });
    const inputs = stateInputs({ left, restored: undefined }, { mode: 'inputs', since });
    expect(inputs.map((input) => inputSchema.parse(input).device?.token)).toEqual([undefined, 't']);
    expect(new Set(inputs.map(({ messageId }) => messageId)).size).toBe(2);
  });
});

describe('an entry of the timeline', () => {
  const person = { left: aProfile({ identifiers: { externalId: 'c-1' } }), restored: undefined };
  const entry = (type: string, data: Readonly<Record<string, unknown>>) => ({
    id: 'e1',
    profileId: 'p1',
    type,
    occurredAt: since,
    recordedAt: later,
    data,
  });

  it.each([
    [
      entry('lead.captured', {
        source: 'shop',
        attributes: { city: 'Riga' },
        context: { ip: '1' },
      }),
      { kind: 'lead', origin: 'shop', attributes: { city: 'Riga' }, context: { ip: '1' } },
    ],
    [
      entry('event', { name: 'Order Completed', properties: { total: 1 }, source: 'shop' }),
      { kind: 'event', event: { name: 'Order Completed', properties: { total: 1 } } },
    ],
    [
      entry('profile.updated', { attributes: { city: null } }),
      { kind: 'identify', attributes: { city: null } },
    ],
    [
      entry('consent.withdrawn', { topic: 'offers', channel: 'email', source: 'unsubscribe' }),
      { origin: 'unsubscribe', consents: [{ topic: 'offers', channel: 'email', given: false }] },
    ],
    [
      entry('consent.given', { topic: 'offers', channel: 'sms', source: 'shop', text: 'v3' }),
      { consents: [{ topic: 'offers', channel: 'sms', given: true, text: 'v3' }] },
    ],
  ])('becomes the input it was made of: %j', (given, expected) => {
    const input = inputOfEntry(given, person);
    expect(inputSchema.parse(input)).toMatchObject({
      identifiers: { externalId: 'c-1' },
      occurredAt: since,
      receivedAt: later,
      ...expected,
    });
  });

  it('is carried when it tells what a person said or did, and only then', () => {
    const all = ['lead.captured', 'event', 'profile.updated', 'consent.given', 'consent.withdrawn'];
    const none = [
      'profile.created',
      'segment.entered',
      'list.added',
      'message.sent',
      'duplicate.suspected',
    ];
    expect(all.every((type) => isCarried({ type }))).toBe(true);
    expect(none.some((type) => isCarried({ type }))).toBe(false);
  });
});
