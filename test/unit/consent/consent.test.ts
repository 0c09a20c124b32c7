import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasConsent, withConsent } from '../../../shared/domain/consent/consent.ts';
import type { Consents } from '../../../shared/domain/profiles/profile.ts';

const say = (consents: Consents, given: boolean, at: string) =>
  withConsent(consents, { topic: 'offers', channel: 'email', given }, { at, source: 'form' });
const allows = (consents: Consents): boolean => hasConsent(consents, 'offers', 'email');

const given: Consents = { 'offers/email': { given: true, at: '2026-03-01', source: 'form' } };

describe('a consent', () => {
  it('holds for its topic and channel alone', () => {
    expect(allows(given)).toBe(true);
    expect(hasConsent(given, 'offers', 'sms')).toBe(false);
    expect(hasConsent(given, 'news', 'email')).toBe(false);
  });

  it('is not overridden by what was said before', () => {
    expect(say(given, false, '2026-02-28')).toBeUndefined();
  });

  it('is withdrawn by what is said later', () => {
    const change = say(given, false, '2026-03-02');
    expect(change).toMatchObject({ isNews: true });
    expect(allows(change?.consents ?? given)).toBe(false);
  });

  it('said again is no news, but counts from then on', () => {
    const change = say(given, true, '2026-05-01');
    expect(change?.isNews).toBe(false);
    // "No" said in April arrives late: the "yes" of May stands.
    expect(say(change?.consents ?? {}, false, '2026-04-01')).toBeUndefined();
  });

  it('keeps which wording was shown', () => {
    const change = { topic: 'offers', channel: 'sms', given: true, text: 'form-v3' } as const;
    expect(
      withConsent({}, change, { at: '2026-03-01', source: 'form' })?.consents['offers/sms'],
    ).toEqual({ given: true, at: '2026-03-01', source: 'form', text: 'form-v3' });
  });

  it('is what was said last, in whatever order it arrives', () => {
    const days = fc.uniqueArray(fc.integer({ min: 10, max: 28 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(days, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (order, words) => {
        const said = order.map((day, index) => ({ at: `2026-03-${day}`, given: words[index] }));
        const consents = said.reduce<Consents>(
          (known, { at, given = false }) => say(known, given, at)?.consents ?? known,
          {},
        );
        const last = said.toSorted((one, other) => (one.at < other.at ? -1 : 1)).at(-1);
        expect(allows(consents)).toBe(last?.given);
      }),
    );
  });
});
