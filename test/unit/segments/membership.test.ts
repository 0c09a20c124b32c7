import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMemberBy, markOf, parseMark } from '../../../shared/domain/segments/membership.ts';
import { decidePerson } from '../../../shared/domain/segments/person-decision.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from '../tracking/an-input.ts';
import { compiled, define, noRules, settle } from './rules-in-memory.ts';

describe('a mark', () => {
  it.each([
    ['vip', [1, 7, 9]],
    ['vip@+7', [7, 8]],
    ['vip@-7', [1, 6]],
  ])('%s means membership by the versions %j', (text, versions) => {
    const members = [1, 6, 7, 8, 9].filter((version) => isMemberBy(parseMark(text), version));
    expect(members).toEqual(expect.arrayContaining(versions));
    const others = text === 'vip' ? [] : [6, 7].filter((version) => !versions.includes(version));
    for (const version of others) expect(members).not.toContain(version);
  });

  it.each(['vip', 'vip@+7', 'vip@-7'])('%s means nothing while no definition serves', (text) => {
    expect(isMemberBy(parseMark(text), 0)).toBe(false);
  });

  it('says its standing', () => {
    for (const now of [true, false]) {
      for (const next of [true, false]) {
        const text = markOf('vip', { now, next }, 7);
        const mark = text === undefined ? undefined : parseMark(text);
        expect(mark !== undefined && isMemberBy(mark, 6)).toBe(now);
        expect(mark !== undefined && isMemberBy(mark, 7)).toBe(next);
      }
    }
  });
});

type Step =
  | { readonly do: 'edit'; readonly city: string }
  | { readonly do: 'delete' }
  | { readonly do: 'look' }
  | { readonly do: 'move'; readonly city: string }
  | { readonly do: 'settle' };

const cities = fc.constantFrom('Riga', 'Oslo', 'Rome');
const steps: fc.Arbitrary<Step> = fc.oneof(
  cities.map((city) => ({ do: 'edit' as const, city })),
  fc.constant({ do: 'delete' as const }),
  fc.constant({ do: 'look' as const }),
  cities.map((city) => ({ do: 'move' as const, city })),
  fc.constant({ do: 'settle' as const }),
);

describe('membership while definitions change', () => {
  it('is by the one that serves, and by the new one from the moment it does', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (walk) => {
        let rules = noRules;
        let profile = newProfile('p-1', 0);
        let serving: string | undefined;
        let isIn = false;
        for (const step of walk) {
          const looks = (everything: boolean, city?: string) => {
            const decision = decidePerson({
              profile,
              inputs:
                city === undefined ? [] : [anInput({ kind: 'identify', attributes: { city } })],
              ruleset: compiled(rules),
              now: 1_000_000,
              newId: () => 'id',
              everything,
            });
            profile = decision.profile;
            const types = decision.entries.map(({ type }) => type);
            for (const type of types.filter((one) => one.startsWith('segment.'))) {
              expect(type).toBe(isIn ? 'segment.left' : 'segment.entered');
              isIn = !isIn;
            }
          };
          switch (step.do) {
            case 'edit':
              rules = define(rules, 's', { attribute: 'city', equals: step.city });
              break;
            case 'delete':
              if (rules.segments.length > 0) rules = define(rules, 's', undefined);
              break;
            case 'look':
              looks(true);
              break;
            case 'move':
              looks(false, step.city);
              break;
            case 'settle':
              looks(true);
              rules = settle(rules);
              serving = cityOf(rules.segments[0]?.rule);
              // Who is relabelled by a new definition gets no event.
              isIn = profile.attributes['city'] === serving && serving !== undefined;
              break;
          }
          const marks = profile.segments.map(parseMark);
          const version = rules.segments[0]?.serving?.version ?? 0;
          const expected = serving !== undefined && profile.attributes['city'] === serving;
          expect(marks.some((mark) => isMemberBy(mark, version))).toBe(expected);
          expect(marks.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const cityOf = (rule: unknown): string | undefined =>
  typeof rule === 'object' && rule !== null && 'equals' in rule && typeof rule.equals === 'string'
    ? rule.equals
    : undefined;
