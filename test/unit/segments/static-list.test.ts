import { describe, expect, it } from 'vitest';
import { listsOf } from '../../../shared/domain/lists/static-list.ts';
import type { Profile } from '../../../shared/domain/profiles/profile.ts';
import { defineList, removeList } from '../../../shared/domain/segments/list-definition.ts';
import { segmentsOf } from '../../../shared/domain/segments/membership.ts';
import { maxNamed } from '../../../shared/domain/segments/named.ts';
import { decidePerson } from '../../../shared/domain/segments/person-decision.ts';
import type { RulesetSource } from '../../../shared/domain/segments/ruleset.ts';
import { newProfile } from '../../../shared/stores/profiles.ts';
import { anInput } from '../tracking/an-input.ts';
import { compiled, define, noRules, settle, stored } from './rules-in-memory.ts';

const now = Date.parse('2026-11-25T12:00:00.000Z');
const at = { now: '2026-11-25T12:00:00.000Z', companyTimeZone: 'UTC' };

const after = (
  source: RulesetSource,
  change: (from: RulesetSource) => ReturnType<typeof defineList>,
): RulesetSource => {
  const definition = change(source);
  if (!definition.ok) throw new Error(JSON.stringify(definition.issues));
  return stored(source, definition.change);
};
const withList = (source: RulesetSource, id: string) =>
  after(source, (from) => defineList(from, { id, name: id }, at));
const withoutList = (source: RulesetSource, id: string) =>
  after(source, (from) => removeList(from, id, at));

const twoLists = withList(withList(noRules, 'fair'), 'press');
const rules = settle(
  define(define(twoLists, 'guests', { list: 'fair' }), 'others', {
    all: [{ not: { in: 'guests' } }, { not: { list: 'press' } }],
  }),
);
const ruleset = compiled(rules);

const decide = (
  profile: Profile,
  lists: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  by = ruleset,
) =>
  decidePerson({
    profile,
    inputs: [],
    lists: { add: [], remove: [], ...lists },
    ruleset: by,
    now: now + 1000,
    newId: () => 'id',
  });

const aPerson = (by = ruleset) =>
  decidePerson({
    profile: newProfile('p-1', now),
    inputs: [anInput({ kind: 'identify', attributes: { city: 'Riga' } })],
    ruleset: by,
    now,
    newId: () => 'id',
  }).profile;

describe('a person who is put into a list', () => {
  it('is in the segments that use it in the same decision, and the timeline says so', () => {
    const { profile, entries, members, lists } = decide(aPerson(), { add: ['fair'] });
    expect(listsOf(profile.lists, rules.lists)).toEqual(['fair']);
    expect(lists).toEqual({ add: ['fair'], remove: [] });
    expect(segmentsOf(profile.segments, ruleset.serving)).toEqual(['guests']);
    expect(members.map(({ segment }) => segment).toSorted()).toEqual(['guests', 'others']);
    expect(entries.map(({ type, data }) => [type, data])).toEqual([
      ['list.joined', { list: 'fair' }],
      ['segment.entered', { segment: 'guests' }],
      ['segment.left', { segment: 'others' }],
    ]);
    expect(entries.every(({ occurredAt }) => occurredAt === '2026-11-25T12:00:01.000Z')).toBe(true);
  });

  it('a second time changes nothing', () => {
    const { profile } = decide(aPerson(), { add: ['fair'] });
    const again = decide(profile, { add: ['fair'] });
    expect(again).toMatchObject({ changed: false, entries: [], members: [] });
    expect(again.profile).toBe(profile);
    expect(again.lists).toEqual({ add: [], remove: [] });
  });

  it('leaves with it when taken out, and a second time changes nothing', () => {
    const { profile } = decide(aPerson(), { add: ['fair', 'press'] });
    const out = decide(profile, { remove: ['fair'] });
    expect(listsOf(out.profile.lists, rules.lists)).toEqual(['press']);
    expect(segmentsOf(out.profile.segments, ruleset.serving)).toEqual([]);
    expect(out.entries.map(({ type }) => type)).toEqual(['list.left', 'segment.left']);
    expect(decide(out.profile, { remove: ['fair'] }).changed).toBe(false);
  });

  it('is in no list that is not there', () => {
    const person = aPerson();
    expect(decide(person, { add: ['none'], remove: ['none'] }).profile).toBe(person);
  });
});

describe('a list made again under its id', () => {
  const again = withList(withoutList(twoLists, 'fair'), 'fair');
  const inBoth = decide(
    aPerson(compiled(twoLists)),
    { add: ['fair', 'press'] },
    compiled(twoLists),
  );

  it('starts empty', () => {
    expect(listsOf(inBoth.profile.lists, twoLists.lists)).toEqual(['fair', 'press']);
    expect(listsOf(inBoth.profile.lists, again.lists)).toEqual(['press']);
    const by = compiled(settle(define(again, 'guests', { list: 'fair' })));
    const looked = decidePerson({
      profile: inBoth.profile,
      inputs: [],
      everything: true,
      ruleset: by,
      now,
      newId: () => 'id',
    });
    expect(segmentsOf(looked.profile.segments, by.serving)).toEqual([]);
    const back = decide(inBoth.profile, { add: ['fair'] }, by);
    expect(back.entries.map(({ type }) => type)).toEqual(['list.joined', 'segment.entered']);
  });

  it('is forgotten in its old form when the person is next written', () => {
    expect(inBoth.profile.lists).toHaveLength(2);
    const { profile } = decide(inBoth.profile, { remove: ['press'] }, compiled(again));
    expect(profile.lists).toEqual([]);
  });

  it('is not forgotten by a worker whose rules are older than it', () => {
    const newer = decide(aPerson(compiled(again)), { add: ['fair'] }, compiled(again));
    const moved = decidePerson({
      profile: newer.profile,
      inputs: [anInput({ kind: 'identify', attributes: { city: 'Oslo' } })],
      ruleset: compiled(twoLists),
      now,
      newId: () => 'id',
    });
    expect(moved.changed).toBe(true);
    expect(listsOf(moved.profile.lists, again.lists)).toEqual(['fair']);
  });
});

describe('the lists of a company', () => {
  it('are so many at most, and so are the marks of a person', () => {
    const ids = Array.from({ length: maxNamed }, (_, n) => `list-${n}`);
    const full = ids.reduce(withList, noRules);
    expect(defineList(full, { id: 'one-more', name: 'One more' }, at)).toMatchObject({
      ok: false,
      issues: [{ message: expect.stringContaining(String(maxNamed)) }],
    });
    expect(defineList(full, { id: 'list-7', name: 'Anew' }, at).ok).toBe(true);
    const by = compiled(full);
    const { profile } = decide(aPerson(by), { add: ids }, by);
    expect(profile.lists).toHaveLength(maxNamed);
    const other = compiled(withList(withoutList(full, 'list-7'), 'one-more'));
    const more = decide(profile, { add: ['one-more'] }, other).profile.lists;
    expect(listsOf(more, other.named.lists)).toHaveLength(maxNamed);
    expect(more).toHaveLength(maxNamed);
  });
});

describe('a list that a segment uses', () => {
  it('is not deleted, through other segments neither', () => {
    const refusal = removeList(rules, 'fair', at);
    expect(refusal.ok ? [] : refusal.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('"guests"'),
      expect.stringContaining('"others"'),
    ]);
  });

  it('is not deleted while the rule that used it still serves', () => {
    const changing = define(rules, 'guests', { attribute: 'city', equals: 'Riga' });
    expect(removeList(changing, 'fair', at).ok).toBe(false);
    expect(removeList(settle(changing), 'fair', at).ok).toBe(true);
  });
});
