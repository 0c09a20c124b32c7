import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import type { Input } from '../../../shared/domain/tracking/input.ts';
import { applyInput } from '../../../shared/domain/tracking/input-application.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from './an-input.ts';

const recordedAt = '2026-11-25T12:00:00.000Z';
const nobody = newProfile('p-1', Date.parse(recordedAt));
const known: Profile = { ...nobody, version: 1, updatedAt: recordedAt };

const apply = (profile: Profile, input: Partial<Input>) =>
  applyInput(profile, anInput(input), recordedAt);
const typesOf = ({ entries }: ReturnType<typeof apply>) => entries.map(({ type }) => type);

describe('what an input makes of a person', () => {
  it('is a new profile, said once', () => {
    const first = apply(nobody, { kind: 'lead', attributes: { city: 'Riga' } });
    expect(typesOf(first)).toEqual(['profile.created', 'lead.captured']);
    expect(typesOf(applyInput(first.profile, anInput({ kind: 'lead' }), recordedAt))).toEqual([
      'lead.captured',
    ]);
  });

  it('is new values for old ones; null removes', () => {
    const before = { ...known, attributes: { city: 'Riga', plan: 'pro', cars: [{ model: '3' }] } };
    const attributes = { city: 'Oslo', plan: null, cars: [{ model: '3' }], none: null };
    const after = apply(before, { kind: 'identify', attributes });
    expect(after.profile.attributes).toEqual({ city: 'Oslo', cars: [{ model: '3' }] });
    expect([...after.changed].sort()).toEqual(['city', 'plan']);
    expect(typesOf(after)).toEqual(['profile.updated']);
  });

  it('is nothing on the timeline when an identify says what is known', () => {
    const before = { ...known, attributes: { city: 'Riga' } };
    expect(typesOf(apply(before, { kind: 'identify', attributes: { city: 'Riga' } }))).toEqual([]);
  });

  it('is the latest identifiers, and the latest twenty browsers', () => {
    let { profile } = apply(known, { identifiers: { email: 'old@example.com' } });
    for (let browser = 0; browser < 25; browser += 1) {
      const identifiers = { email: 'new@example.com', anonymousId: `a-${browser % 23}` };
      ({ profile } = apply(profile, { identifiers }));
    }
    expect(profile.identifiers.email).toBe('new@example.com');
    expect(profile.identifiers.anonymousIds).toHaveLength(20);
    expect(profile.identifiers.anonymousIds).toContain('a-22');
  });

  it('is an entry per consent that changes, with its wording', () => {
    const yes = { topic: 'offers', channel: 'email', given: true, text: 'v3' } as const;
    const first = apply(known, { consents: [yes, { ...yes, channel: 'sms', given: false }] });
    expect(typesOf(first)).toEqual(['event', 'consent.given', 'consent.withdrawn']);
    expect(first.entries[1]?.data).toEqual({
      topic: 'offers',
      channel: 'email',
      source: 'shop',
      text: 'v3',
    });
    expect(typesOf(apply(first.profile, { consents: [yes] }))).toEqual(['event']);
  });

  it('is a consent as of now when the client says it lies ahead: a later "no" counts', () => {
    const yes = { topic: 'offers', channel: 'email', given: true } as const;
    const ahead = apply(known, { occurredAt: '2099-01-01T00:00:00.000Z', consents: [yes] });
    expect(ahead.profile.consents['offers/email']?.at).toBe(recordedAt);
  });
});
