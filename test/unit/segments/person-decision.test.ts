import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import { segmentsOf } from '../../../shared/domain/segments/membership.ts';
import {
  decidePerson,
  type PersonDecision,
  type PersonSituation,
} from '../../../shared/domain/segments/person-decision.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from '../tracking/an-input.ts';
import { compiled, define, rulesOf } from './rules-in-memory.ts';

const dayMs = 86_400_000;
const start = Date.parse('2026-11-25T12:00:00.000Z');
const iso = (at: number): string => new Date(at).toISOString();
const order = (at: number) =>
  anInput({ occurredAt: iso(at), event: { name: 'Order Completed', properties: { total: 10 } } });
const moved = (city: string) => anInput({ kind: 'identify', attributes: { city } });

const decide = (
  situation: Partial<PersonSituation> & Pick<PersonSituation, 'profile' | 'ruleset'>,
): PersonDecision => decidePerson({ inputs: [], now: start, newId: () => 'id', ...situation });

/** Somebody whom these rules have seen. */
const aPerson = (ruleset: PersonSituation['ruleset'], inputs = [moved('Oslo')]): Profile =>
  decide({ profile: newProfile('p-1', start), ruleset, inputs }).profile;

const flipsOf = ({ entries }: PersonDecision) =>
  entries
    .filter(({ type }) => type.startsWith('segment.'))
    .map(({ type, data, occurredAt }) => `${type} ${String(data['segment'])} ${occurredAt}`);

describe('the decision about a person', () => {
  const ruleset = compiled(
    rulesOf({
      riga: { attribute: 'city', equals: 'Riga' },
      buyers: { did: 'Order Completed', within: 'P30D' },
      both: { all: [{ in: 'riga' }, { in: 'buyers' }] },
    }),
  );

  it('enters and leaves what an input changes, through segments of segments', () => {
    const first = decide({ profile: aPerson(ruleset), ruleset, inputs: [moved('Riga')] });
    expect(flipsOf(first)).toEqual([`segment.entered riga ${iso(start)}`]);
    const second = decide({ profile: first.profile, ruleset, inputs: [order(start)] });
    expect(flipsOf(second)).toEqual([
      `segment.entered buyers ${iso(start)}`,
      `segment.entered both ${iso(start)}`,
    ]);
    expect(segmentsOf(second.profile.segments, ruleset.serving)).toEqual([
      'riga',
      'buyers',
      'both',
    ]);
  });

  it('asks only the rules that an input can touch', () => {
    const profile = { ...aPerson(ruleset), segments: ['buyers'] };
    // The stored membership is wrong on purpose: an unrelated input does not look at it.
    expect(decide({ profile, ruleset, inputs: [moved('Riga')] }).profile.segments).toContain(
      'buyers',
    );
    expect(decide({ profile, ruleset, everything: true }).profile.segments).toEqual([]);
  });

  it('writes nothing when nothing changes', () => {
    const profile = aPerson(ruleset);
    expect(decide({ profile, ruleset, everything: true })).toMatchObject({
      changed: false,
      profile,
      entries: [],
      members: [],
      moves: [],
      more: false,
    });
  });

  it('moves the due instant only when it is earlier, or when it fires', () => {
    const leaves = start + 30 * dayMs + 1;
    const once = aPerson(ruleset, [order(start)]);
    expect(once.dueAt).toBe(leaves);
    const again = decide({
      profile: once,
      ruleset,
      now: start + dayMs,
      inputs: [order(start + dayMs)],
    });
    expect(again.profile.dueAt).toBe(leaves);
    const fired = decide({ profile: again.profile, ruleset, now: leaves + 5000 });
    expect(fired.profile.dueAt).toBe(leaves + dayMs);
    expect(fired.entries).toEqual([]);
    const left = decide({ profile: fired.profile, ruleset, now: leaves + 2 * dayMs });
    expect(flipsOf(left)).toEqual([`segment.left buyers ${iso(leaves + dayMs)}`]);
    expect(left.profile.dueAt).toBeUndefined();
  });

  it('records each flip that happened while nobody looked, at its own instant', () => {
    const yearly = compiled(rulesOf({ birthday: { attribute: 'born', anniversary: 'today' } }));
    const born = anInput({ kind: 'identify', attributes: { born: '1990-12-01' } });
    const profile = aPerson(yearly, [born]);
    const after = decide({ profile, ruleset: yearly, now: Date.parse('2028-12-01T09:00:00Z') });
    expect(flipsOf(after)).toEqual([
      'segment.entered birthday 2026-12-01T00:00:00.000Z',
      'segment.left birthday 2026-12-02T00:00:00.000Z',
      'segment.entered birthday 2027-12-01T00:00:00.000Z',
      'segment.left birthday 2027-12-02T00:00:00.000Z',
      'segment.entered birthday 2028-12-01T00:00:00.000Z',
    ]);
    expect(after.profile.dueAt).toBe(Date.parse('2028-12-02T00:00:00Z'));
  });

  it('knows what was done before a metric was there', () => {
    const grown = compiled(
      define(rulesOf({ riga: { attribute: 'city', equals: 'Riga' } }), 'buyers', {
        did: 'Order Completed',
        within: 'P30D',
        atLeast: 2,
      }),
    );
    const profile = { ...aPerson(ruleset), ledger: undefined };
    const past = [{ name: 'Order Completed', occurredAt: start - dayMs, properties: {} }];
    const decision = decide({ profile, ruleset: grown, past, inputs: [order(start)] });
    expect(decision.profile.segments).toEqual(['buyers@+3']);
    expect(flipsOf(decision)).toEqual([]);
  });
});

describe('a person whom very many segments concern', () => {
  const names = Array.from({ length: 70 }, (_, n) => `s-${String(n).padStart(2, '0')}`);
  const many = compiled(
    rulesOf(
      Object.fromEntries(names.map((name) => [name, { did: 'Order Completed', within: 'P30D' }])),
    ),
  );

  /** Decides again and again, as the functions do, until nothing is left. */
  function all(first: PersonDecision, now: number) {
    const flips = flipsOf(first);
    let decision = first;
    for (let round = 0; decision.more && round < 10; round += 1) {
      expect(decision.members.length).toBeLessThanOrEqual(30);
      expect(decision.profile.dueAt).toBeLessThanOrEqual(now);
      decision = decide({ profile: decision.profile, ruleset: many, now, everything: true });
      flips.push(...flipsOf(decision));
    }
    return { flips, profile: decision.profile };
  }

  it('enters all of them, and leaves all at the exact instant', () => {
    const first = decide({ profile: aPerson(many), ruleset: many, inputs: [order(start)] });
    expect(first.more).toBe(true);
    const entered = all(first, start);
    expect(entered.flips).toEqual(names.map((name) => `segment.entered ${name} ${iso(start)}`));
    const late = start + 40 * dayMs;
    const left = all(decide({ profile: entered.profile, ruleset: many, now: late }), late);
    expect(left.flips).toEqual(
      names.map((name) => `segment.left ${name} ${iso(start + 30 * dayMs + 1)}`),
    );
    expect(left.profile.segments).toEqual([]);
    expect(left.profile.dueAt).toBeUndefined();
  });

  it('is caught up with before inputs that came later are looked at', () => {
    const first = decide({ profile: aPerson(many), ruleset: many, inputs: [order(start)] });
    const { profile } = all(first, start);
    const late = start + 40 * dayMs;
    const inputs = [order(late)];
    const behind = decide({ profile, ruleset: many, now: late, inputs });
    expect(behind.behind).toBe(true);
    const left = all(behind, late);
    expect(left.flips).toHaveLength(names.length);
    const next = all(decide({ profile: left.profile, ruleset: many, now: late, inputs }), late);
    expect(next.flips).toEqual(names.map((name) => `segment.entered ${name} ${iso(late)}`));
  });

  it('gets few enough flips at a time for one transaction, however long nobody looked', () => {
    const yearly = compiled(
      rulesOf(
        Object.fromEntries(
          names.slice(0, 20).map((name) => [name, { attribute: 'born', anniversary: 'today' }]),
        ),
      ),
    );
    const born = anInput({ kind: 'identify', attributes: { born: '1990-12-01' } });
    let decision = decide({ profile: aPerson(yearly, [born]), ruleset: yearly });
    const flips: string[] = [];
    const now = Date.parse('2030-06-01T00:00:00Z');
    for (let round = 0; round < 20; round += 1) {
      decision = decide({ profile: decision.profile, ruleset: yearly, now });
      flips.push(...flipsOf(decision));
      expect(decision.entries.length + decision.members.length).toBeLessThanOrEqual(70);
    }
    expect(flips).toHaveLength(20 * 2 * 4);
    expect(new Set(flips).size).toBe(flips.length);
  });
});
