import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import {
  decidePerson,
  type PersonDecision,
  type PersonSituation,
} from '../../../shared/domain/segments/person-decision.ts';
import { isSettled } from '../../../shared/domain/segments/settled.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from '../tracking/an-input.ts';
import { compiled, define, noRules, rulesOf, settle } from './rules-in-memory.ts';

/** Passes of these rules are done at noon. */
const noon = Date.parse('2026-11-25T12:00:00.000Z');
const hourMs = 3_600_000;
const iso = (at: number): string => new Date(at).toISOString();
const inCity = (city: string) => ({ attribute: 'city', equals: city });
const moved = (city: string, more = {}) =>
  anInput({ kind: 'identify', attributes: { city, ...more } });

const decide = (
  situation: Partial<PersonSituation> & Pick<PersonSituation, 'profile' | 'ruleset'>,
): PersonDecision => {
  const now = noon + hourMs;
  return decidePerson({ inputs: [], now, newId: () => 'id', everything: true, ...situation });
};

const flipsOf = ({ entries }: PersonDecision) =>
  entries
    .filter(({ type }) => type.startsWith('segment.'))
    .map(({ type, data, occurredAt }) => `${type} ${String(data['segment'])} ${occurredAt}`);

/** Somebody whom these rules have seen, an hour before the pass was done. */
const aPerson = (ruleset: PersonSituation['ruleset'], inputs = [moved('Riga')]): Profile =>
  decide({ profile: newProfile('p-1', noon), ruleset, inputs, now: noon - hourMs }).profile;

const before = rulesOf({ vip: inCity('Oslo') });
const edited = define(before, 'vip', inCity('Riga'), { notify: true });
const served = settle(edited);

describe('an edit that tells of it', () => {
  it('says nothing before it serves, then what it made of each person, once', () => {
    const known = aPerson(compiled(before));
    const building = decide({ profile: known, ruleset: compiled(edited), now: noon - hourMs });
    expect(building.profile.segments).toEqual(['vip@+3']);
    expect(flipsOf(building)).toEqual([]);
    const ruleset = compiled(served);
    expect(isSettled(building.profile, ruleset, noon)).toBe(false);
    const told = decide({ profile: building.profile, ruleset });
    expect(flipsOf(told)).toEqual([`segment.entered vip ${iso(noon)}`]);
    expect(told.profile.segments).toEqual(['vip']);
    expect(told.members).toEqual([{ segment: 'vip', mark: 'vip' }]);
    expect(isSettled(told.profile, ruleset, noon)).toBe(true);
    expect(decide({ profile: told.profile, ruleset }).changed).toBe(false);
  });

  it('tells those who leave by it, and takes their row away', () => {
    const known = aPerson(compiled(before), [moved('Oslo')]);
    const building = decide({ profile: known, ruleset: compiled(edited), now: noon - hourMs });
    expect(building.profile.segments).toEqual(['vip@-3']);
    const told = decide({ profile: building.profile, ruleset: compiled(served) });
    expect(flipsOf(told)).toEqual([`segment.left vip ${iso(noon)}`]);
    expect([told.profile.segments, told.members]).toEqual([
      [],
      [{ segment: 'vip', mark: undefined }],
    ]);
  });

  it('is told first of when something else happens to the person', () => {
    const profile = { ...aPerson(compiled(before)), segments: ['vip@+3'] };
    const decision = decide({
      profile,
      ruleset: compiled(served),
      inputs: [moved('Rome')],
      everything: false,
    });
    expect(flipsOf(decision)).toEqual([
      `segment.entered vip ${iso(noon)}`,
      `segment.left vip ${iso(noon + hourMs)}`,
    ]);
    expect(decision.profile.segments).toEqual([]);
  });

  it('is told of by whatever comes first, though it has nothing to do with the segment', () => {
    const profile = { ...aPerson(compiled(before)), segments: ['vip@+3'] };
    const inputs = [anInput({ kind: 'identify', attributes: { name: 'Anna' } })];
    const decision = decide({ profile, ruleset: compiled(served), inputs, everything: false });
    expect(flipsOf(decision)).toEqual([`segment.entered vip ${iso(noon)}`]);
  });

  it('tells nobody whom time had moved back already when it came to serve', () => {
    const rule = { did: 'Order Completed', within: 'PT1H' };
    const building = define(before, 'vip', rule, { notify: true });
    const order = anInput({
      occurredAt: iso(noon - hourMs - 60_000),
      event: { name: 'Order Completed', properties: {} },
    });
    const profile = aPerson(compiled(building), [order]);
    expect([profile.segments, profile.dueAt]).toEqual([['vip@+3'], noon - 59_999]);
    const timed = settle(building);
    const decision = decide({ profile, ruleset: compiled(timed) });
    expect(flipsOf(decision)).toEqual([]);
    expect(decision.profile.segments).toEqual([]);
  });

  it('is told of by the pass of the next edit at the latest', () => {
    const next = define(served, 'vip', inCity('Oslo'));
    const profile = { ...aPerson(compiled(before)), segments: ['vip@+3'] };
    const decision = decide({ profile, ruleset: compiled(next) });
    expect(flipsOf(decision)).toEqual([`segment.entered vip ${iso(noon)}`]);
    expect(decision.profile.segments).toEqual(['vip@-5']);
    const silent = decide({ profile: decision.profile, ruleset: compiled(settle(next)) });
    expect(flipsOf(silent)).toEqual([]);
  });

  it('tells of segments that use it too', () => {
    const nested = rulesOf({ vip: inCity('Oslo'), others: { not: { in: 'vip' } } });
    const after = settle(define(nested, 'vip', inCity('Riga'), { notify: true }));
    const marks = ['vip@+4', 'others@-4'];
    const profile = { ...aPerson(compiled(nested)), segments: marks };
    expect(flipsOf(decide({ profile, ruleset: compiled(after) }))).toEqual([
      `segment.entered vip ${iso(noon)}`,
      `segment.left others ${iso(noon)}`,
    ]);
  });

  it('counts as the last edit said, when a newer one overtakes it', () => {
    const marks = { ...aPerson(compiled(before)), segments: ['vip@+3'] };
    const silenced = settle(define(edited, 'vip', { any: [inCity('Riga'), inCity('Bern')] }));
    expect(flipsOf(decide({ profile: marks, ruleset: compiled(silenced) }))).toEqual([]);
    const silent = define(before, 'vip', inCity('Riga'));
    const any = { any: [inCity('Riga'), inCity('Bern')] };
    const loud = settle(define(silent, 'vip', any, { notify: true }));
    const decision = decide({ profile: marks, ruleset: compiled(loud) });
    expect(flipsOf(decision)).toEqual([`segment.entered vip ${iso(noon)}`]);
    const beside = settle(define(edited, 'other', inCity('Bern')));
    const kept = decide({ profile: marks, ruleset: compiled(beside) });
    expect(flipsOf(kept)).toEqual([`segment.entered vip ${iso(noon)}`]);
  });

  it('is not undone by a new name that comes after', () => {
    const renamed = define(served, 'vip', inCity('Riga'));
    const profile = { ...aPerson(compiled(before)), segments: ['vip@+3'] };
    expect(flipsOf(decide({ profile, ruleset: compiled(renamed) }))).toHaveLength(1);
  });

  it('of a new segment tells everybody in it, and nobody left over from one of its name', () => {
    const first = settle(define(noRules, 'vip', inCity('Riga'), { notify: true }));
    const ruleset = compiled(first);
    const profile = { ...aPerson(compiled(noRules)), segments: ['vip@+1'] };
    expect(flipsOf(decide({ profile, ruleset }))).toEqual([`segment.entered vip ${iso(noon)}`]);
    const other = { ...aPerson(compiled(noRules), [moved('Rome')]), segments: ['vip@-1'] };
    expect(flipsOf(decide({ profile: other, ruleset }))).toEqual([]);
  });

  it('tells nothing of what people were before it', () => {
    const silent = settle(define(before, 'vip', inCity('Riga')));
    const loud = settle(
      define(silent, 'vip', { any: [inCity('Riga'), inCity('Bern')] }, { notify: true }),
    );
    // Nobody has written the person since the silent edit: the mark still says so.
    const profile = { ...aPerson(compiled(before)), segments: ['vip@+3'] };
    expect(flipsOf(decide({ profile, ruleset: compiled(loud) }))).toEqual([]);
  });

  it('of very many segments fits transactions, and tells of each once', () => {
    const names = Array.from({ length: 70 }, (_, n) => `s-${String(n).padStart(2, '0')}`);
    const all = settle(
      names.reduce((rules, name) => define(rules, name, inCity('Riga'), { notify: true }), noRules),
    );
    const ruleset = compiled(all);
    const segments = names.map((name, n) => `${name}@+${n + 1}`);
    let decision = decide({ profile: { ...aPerson(compiled(noRules)), segments }, ruleset });
    const flips = flipsOf(decision);
    while (decision.more) {
      expect(decision.members.length).toBeLessThanOrEqual(30);
      decision = decide({ profile: decision.profile, ruleset });
      flips.push(...flipsOf(decision));
    }
    expect(flips).toEqual(names.map((name) => `segment.entered ${name} ${iso(noon)}`));
    expect(decision.profile.segments).toEqual(names);
  });
});
