import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import {
  decidePerson,
  type PersonSituation,
} from '../../../shared/domain/segments/person-decision.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from '../tracking/an-input.ts';
import { compiled, define, noRules, rulesOf } from './rules-in-memory.ts';

const start = Date.parse('2026-11-25T12:00:00.000Z');
const order = anInput({
  occurredAt: '2026-11-25T12:00:00.000Z',
  event: { name: 'Order Completed', properties: {} },
});
const moved = (city: string) => anInput({ kind: 'identify', attributes: { city } });

const decide = (
  situation: Partial<PersonSituation> & Pick<PersonSituation, 'profile' | 'ruleset'>,
) => decidePerson({ inputs: [], now: start, newId: () => 'id', ...situation });

const somebody: Profile = newProfile('p-1', start);

describe('a worker that still goes by older rules', () => {
  it('loses no event of a metric that only newer rules keep', () => {
    const newer = compiled(define(noRules, 'buyers', { did: 'Order Completed', atLeast: 2 }));
    const first = decide({ profile: somebody, ruleset: newer, inputs: [order] });
    const second = decide({ profile: first.profile, ruleset: compiled(noRules), inputs: [order] });
    const past = [order, order].map(({ event, occurredAt }) => ({
      name: event?.name ?? '',
      properties: {},
      occurredAt: Date.parse(occurredAt),
    }));
    const pass = decide({ profile: second.profile, ruleset: newer, past, everything: true });
    expect(pass.profile.segments).toEqual(['buyers@+1']);
  });

  it('leaves nobody in the rows of a segment that only newer rules know', () => {
    const rules = rulesOf({ all: { attribute: 'city', exists: true } });
    const newer = compiled(define(rules, 'riga', { attribute: 'city', equals: 'Riga' }));
    const first = decide({ profile: somebody, ruleset: newer, inputs: [moved('Riga')] });
    expect(first.members).toContainEqual({ segment: 'riga', mark: 'riga@+3' });
    const inputs = [moved('Oslo')];
    const second = decide({ profile: first.profile, ruleset: compiled(rules), inputs });
    const pass = decide({ profile: second.profile, ruleset: newer, everything: true });
    expect(pass.members).toEqual([{ segment: 'riga', mark: undefined }]);
    expect(pass.profile.segments).toEqual(['all']);
  });

  it('changes nothing about who is in a segment until newer rules serve', () => {
    const rules = rulesOf({ city: { attribute: 'city', equals: 'Riga' } });
    const newer = compiled(define(rules, 'city', { attribute: 'city', equals: 'Oslo' }));
    const first = decide({ profile: somebody, ruleset: newer, inputs: [moved('Riga')] });
    expect(first.profile.segments).toEqual(['city@-3']);
    const inputs = [anInput({ kind: 'identify', attributes: { name: 'Anna' } })];
    const second = decide({ profile: first.profile, ruleset: compiled(rules), inputs });
    expect(second.profile.segments).toEqual(['city@-3']);
  });
});
