import { describe, expect, it } from 'vitest';
import { segmentsOf } from '../../../shared/domain/segments/membership.ts';
import { decidePerson } from '../../../shared/domain/segments/person-decision.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from '../tracking/an-input.ts';
import { compiled, noRules, rulesOf, stored, tryDefine } from './rules-in-memory.ts';

const now = Date.parse('2026-11-25T12:00:00.000Z');
const riga = { attribute: 'city', equals: 'Riga' };
const moved = (city: string) => anInput({ kind: 'identify', attributes: { city } });

/** Rules put in whatever order, the users before what they use. */
const upsideDown = (segments: Readonly<Record<string, unknown>>) => {
  const source = rulesOf(segments);
  return compiled({ ...source, segments: source.segments.toReversed() });
};

const chain = {
  city: riga,
  local: { any: [{ in: 'city' }, { attribute: 'vip', equals: true }] },
  abroad: { not: { in: 'local' } },
  mixed: { all: [{ in: 'local' }, { not: { in: 'abroad' } }, { in: 'city' }] },
};

describe('segments that use segments', () => {
  it.each([
    ['in the order they were made', compiled(rulesOf(chain))],
    ['in the opposite order', upsideDown(chain)],
  ])('change together in one decision, stored %s', (_, ruleset) => {
    const decide = (profile = newProfile('p-1', now), city = 'Oslo', at = now) =>
      decidePerson({ profile, inputs: [moved(city)], ruleset, now: at, newId: () => 'id' });
    const inOslo = decide();
    expect(segmentsOf(inOslo.profile.segments, ruleset.serving)).toEqual(['abroad']);
    const inRiga = decide(inOslo.profile, 'Riga', now + 1000);
    expect(segmentsOf(inRiga.profile.segments, ruleset.serving).toSorted()).toEqual([
      'city',
      'local',
      'mixed',
    ]);
    const rows = inRiga.members.map(({ segment, mark }) => `${segment}: ${mark}`);
    expect(rows.toSorted()).toEqual([
      'abroad: undefined',
      'city: city',
      'local: local',
      'mixed: mixed',
    ]);
    const told = inRiga.entries.filter(({ type }) => type.startsWith('segment.'));
    expect(told.map(({ type, data }) => `${type} ${String(data['segment'])}`).toSorted()).toEqual([
      'segment.entered city',
      'segment.entered local',
      'segment.entered mixed',
      'segment.left abroad',
    ]);
    expect(new Set(told.map(({ occurredAt }) => occurredAt)).size).toBe(1);
  });

  it('change together when time changes the innermost', () => {
    const ruleset = upsideDown({
      fresh: { did: 'Seen', within: 'PT1H' },
      warm: { in: 'fresh' },
      cold: { not: { in: 'warm' } },
    });
    const seen = anInput({ occurredAt: '2026-11-25T12:00:00.000Z' });
    const common = { ruleset, newId: () => 'id' };
    const before = decidePerson({
      profile: newProfile('p-1', now),
      inputs: [seen],
      now,
      ...common,
    });
    expect(segmentsOf(before.profile.segments, ruleset.serving).toSorted()).toEqual([
      'fresh',
      'warm',
    ]);
    const after = decidePerson({
      profile: before.profile,
      inputs: [],
      now: now + 2 * 3_600_000,
      ...common,
    });
    expect(segmentsOf(after.profile.segments, ruleset.serving)).toEqual(['cold']);
    const told = after.entries.map(({ type, occurredAt }) => `${type} ${occurredAt}`);
    expect(told.toSorted()).toEqual([
      'segment.entered 2026-11-25T13:00:00.001Z',
      'segment.left 2026-11-25T13:00:00.001Z',
      'segment.left 2026-11-25T13:00:00.001Z',
    ]);
  });

  it('never make a cycle: the refusal tells the way round', () => {
    const rules = rulesOf({ a: riga, b: { in: 'a' }, c: { any: [riga, { not: { in: 'b' } }] } });
    const refusal = (id: string, rule: unknown) => {
      const tried = tryDefine(rules, id, rule);
      return tried.ok ? [] : tried.issues.map(({ path, message }) => [path.join('.'), message]);
    };
    const cycle = 'makes a cycle, which has no answer: ';
    expect(refusal('a', { in: 'a' })).toEqual([['rule.in', `${cycle}a -> a`]]);
    expect(refusal('a', { all: [riga, { in: 'c' }] })).toEqual([
      ['rule.all.1.in', `${cycle}a -> c -> b -> a`],
    ]);
    expect(refusal('a', { any: [{ in: 'c' }, { in: 'b' }] })).toEqual([
      ['rule.any.0.in', `${cycle}a -> c -> b -> a`],
      ['rule.any.1.in', `${cycle}a -> b -> a`],
    ]);
    expect(refusal('c', { in: 'b' })).toEqual([]);
  });

  it('never make a cycle with what still serves, either', () => {
    const rules = rulesOf({ a: riga, b: { in: 'a' } });
    const changing = tryDefine(rules, 'b', riga);
    if (!changing.ok) throw new Error('It was refused.');
    // Until the pass is done people are asked by the old b, which asks a.
    const source = stored(rules, changing.change);
    expect(tryDefine(source, 'a', { in: 'b' })).toMatchObject({ ok: false });
  });

  it('may share what they use, which is no cycle', () => {
    const rules = rulesOf({ a: riga, b: { in: 'a' }, c: { in: 'a' } });
    expect(tryDefine(rules, 'd', { all: [{ in: 'b' }, { in: 'c' }, { in: 'a' }] }).ok).toBe(true);
    expect(tryDefine(noRules, 'd', { in: 'b' }).ok).toBe(false);
  });
});
