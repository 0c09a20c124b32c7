import { describe, expect, it } from 'vitest';
import { decidePerson } from '../../../shared/domain/segments/person-decision.ts';
import { isSettled, movedDueAt } from '../../../shared/domain/segments/settled.ts';
import { aPerson, dayMs, rulesetOf, start } from '../../bench/people.ts';

const ruleset = rulesetOf({
  regulars: { did: 'Order Completed', within: 'P90D', atLeast: 2 },
  'good-customers': { did: 'Order Completed', sum: 'total', within: 'P1Y', atLeast: 300 },
  locals: { all: [{ attribute: 'city', equals: 'Riga' }, { in: 'regulars' }] },
});

const decided = (profile: ReturnType<typeof aPerson>, now: number) =>
  decidePerson({ profile, inputs: [], ruleset, now, newId: () => 'id', everything: true });

describe('a pass over people', () => {
  it('leaves out exactly those about whom nothing changes', () => {
    const seen = { settled: 0, changing: 0 };
    for (let index = 0; index < 300; index += 1) {
      const stored = { ...decided(aPerson(index, ruleset), start).profile, version: 1 };
      const wrong = { ...stored, segments: ['regulars'] };
      for (const profile of [stored, wrong]) {
        for (const days of [0, 10, 60, 400]) {
          const now = start + days * dayMs;
          const isLeftOut = isSettled(profile, ruleset, now);
          seen[isLeftOut ? 'settled' : 'changing'] += 1;
          expect(isLeftOut, `${profile.id} after ${days} days`).toBe(
            !decided(profile, now).changed,
          );
        }
      }
    }
    expect(Math.min(seen.settled, seen.changing)).toBeGreaterThan(300);
  });

  it('asks about a person who is not stored yet', () => {
    expect(isSettled({ ...aPerson(1, ruleset), ledger: undefined }, ruleset, start)).toBe(false);
  });
});

describe('a review of people whose time has come', () => {
  it('moves the due instant alone of exactly those about whom nothing else changes', () => {
    const seen = { moved: 0, decided: 0 };
    for (let index = 0; index < 300; index += 1) {
      const stored = { ...decided(aPerson(index, ruleset), start).profile, version: 1 };
      for (const days of [0, 1, 30, 400]) {
        const now = start + days * dayMs;
        const due = { ...stored, dueAt: start - 1000 };
        const full = decidePerson({ profile: due, inputs: [], ruleset, now, newId: () => 'id' });
        const isQuiet = full.entries.length === 0 && full.members.length === 0;
        const moved = movedDueAt(due, ruleset, now);
        seen[isQuiet ? 'moved' : 'decided'] += 1;
        const expected = isQuiet ? (full.profile.dueAt ?? Number.POSITIVE_INFINITY) : undefined;
        expect(moved, `${due.id} after ${days} days`).toBe(expected);
      }
    }
    expect(Math.min(seen.moved, seen.decided)).toBeGreaterThan(100);
  });

  it('sees who left and came back on the way', () => {
    const daily = rulesetOf({ birthday: { attribute: 'birthDate', anniversary: 'today' } });
    const born = { ...aPerson(1, daily), version: 1, dueAt: start };
    const person = { ...born, attributes: { birthDate: '1990-11-28' } };
    expect(movedDueAt(person, daily, start)).toBe(start + 2.5 * dayMs);
    expect(movedDueAt(person, daily, start + 10 * dayMs)).toBeUndefined();
  });
});
