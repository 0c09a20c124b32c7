import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { ruleSchema } from '../../shared/domain/rules/rule.ts';
import { compileRuleset } from '../../shared/domain/segments/ruleset.ts';
import { previewSize } from '../../shared/flows/segments/preview-size.ts';
import { loadRules } from '../../shared/stores/segments.ts';
import { modes } from '../support/modes.ts';
import { aMultitude } from '../support/multitude.ts';
import { pathsOf, refusal } from '../support/refusal.ts';
import { act, pick, somePeople } from '../support/segment-cases.ts';
import { aSite, built, membersOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

type Preview = {
  readonly size: number;
  readonly exact: boolean;
  readonly people: number;
  readonly error: number;
  readonly sample: readonly { readonly id: string }[];
  readonly words: string;
  readonly notes: readonly string[];
};

type Site = Awaited<ReturnType<typeof aSite>>;

async function previewed(site: Site, rule: unknown): Promise<Preview> {
  const answer = await site.admin('POST', '/admin/segments/preview', { rule });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.json() as Preview; // its fields are asserted one by one
}

const rules: readonly unknown[] = [
  { attribute: 'city', equals: 'Riga' },
  { not: { attribute: 'city', equals: 'Riga' } },
  { did: 'Order Completed', within: 'P30D' },
  { did: 'Order Completed', sum: 'total', atLeast: 40 },
  { all: [{ in: 'rich' }, { didNot: 'Order Completed', within: 'P10D' }] },
  {
    any: [
      { first: 'Order Completed', olderThan: 'P60D' },
      { attribute: 'city', equals: 'Oslo' },
    ],
  },
  { bucket: { salt: 'test', from: 0, to: 50 } },
  { attribute: 'born', anniversary: { inNext: 'P30D' } },
  { did: 'Page Viewed' },
];

describe.each(modes)('a preview, hostile %s', (hostile) => {
  it('has the size and the people that the same rule has when it is saved', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const people = await somePeople(site, 25);
    await site.segment('rich', { did: 'Order Completed', sum: 'total', above: 30 });
    await built(world);
    const dice = createHostility(4);
    for (let n = 0; n < 80; n += 1) await act(world, site, pick(dice, people), dice);
    await world.settle();
    const previews: Preview[] = [];
    for (const rule of rules) previews.push(await previewed(site, rule));
    for (const [index, rule] of rules.entries()) await site.segment(`s${index}`, rule);
    await built(world);
    for (const [index, preview] of previews.entries()) {
      const members = await membersOf(world, `s${index}`);
      expect(preview).toMatchObject({ exact: true, error: 0, people: 25, size: members.length });
      const sample = preview.sample.map(({ id }) => id);
      expect(new Set(sample).size).toBe(Math.min(10, members.length));
      expect(sample.filter((id) => !members.includes(id))).toEqual([]);
      // Now that ledgers have it, the answer is the same without a look at any history.
      expect(await previewed(site, rules[index])).toMatchObject({ size: members.length });
    }
    expect(previews.map(({ size }) => size).filter((size) => size > 0 && size < 25).length).toBe(8);
    expect(world.deadLetters()).toEqual([]);
  });
});

async function everything(world: World): Promise<unknown> {
  const tables = ['profiles', 'timeline', 'marketing'] as const;
  const pages = tables.map((name) => world.embedded.table.scan(name, { segment: 0, segments: 1 }));
  return Promise.all(pages);
}

// One sample in twenty is off by more than its error.
describe('a preview that cannot look at everybody', () => {
  const rule = ruleSchema.parse({
    all: [
      { attribute: 'city', equals: 'Riga' },
      { did: 'Order Completed', within: 'P1Y' },
    ],
  });

  /** Two thousand people, a third of whom the rule is true of. */
  async function aTown(): Promise<World & AsyncDisposable> {
    const world = await aWorld();
    const site = await aSite(world);
    for (let from = 0; from < 2000; from += 200) {
      const some = Array.from({ length: 200 }, (_, index) => `c-${from + index}`);
      const batch = some.flatMap((userId, index) => [
        { type: 'identify', userId, traits: { city: index % 2 === 0 ? 'Riga' : 'Oslo' } },
        ...(index % 3 === 0 ? [] : [{ type: 'track', userId, event: 'Order Completed' }]),
      ]);
      await site.post('/v1/batch', { batch });
    }
    await world.settle();
    return world;
  }

  async function sized(world: World, limits: Parameters<typeof previewSize>[2]['limits']) {
    const ruleset = compileRuleset(await loadRules(world.ports.table), 'UTC');
    return previewSize(rule, ruleset, { ports: world.ports, limits });
  }

  it('says how many there are about, from how many, and how far off that may be', async () => {
    await using world = await aTown();
    const isOutOfTime = () => false;
    const all = await sized(world, { people: 2000, isOutOfTime });
    expect(all).toMatchObject({ exact: true, error: 0, people: 2000 });
    const truth = all.size;
    expect(truth).toBeGreaterThan(600);

    const some = await sized(world, { people: 700, isOutOfTime });
    expect(some.exact).toBe(false);
    expect(some.people).toBeGreaterThan(700);
    expect(some.people).toBeLessThan(2000);
    expect(some.error).toBeGreaterThan(0);
    expect(Math.abs(some.size - truth)).toBeLessThanOrEqual(3 * some.error);
    expect(some.sample).toHaveLength(10);
    expect(await sized(world, { people: 700, isOutOfTime })).toEqual(some);
  });

  it('looks at everybody up to 100 000 people, and beyond at more than that', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    const riga = { attribute: 'city', equals: 'Riga' };
    await aMultitude(world, 100_000);
    const all = { exact: true, people: 100_000, size: 33_334, error: 0 };
    expect(await previewed(site, riga)).toMatchObject(all);
    await aMultitude(world, 20_000, 100_000);
    const most = await previewed(site, riga);
    expect([most.exact, most.people > 100_000, most.people < 120_000]).toEqual([false, true, true]);
    expect(Math.abs(most.size - 40_000)).toBeLessThanOrEqual(3 * most.error);
  });

  it('answers from those it got to when the time is over, histories half read and all', async () => {
    await using world = await aTown();
    const late = await sized(world, { people: 100_000, isOutOfTime: () => true });
    expect(late.exact).toBe(false);
    expect(late.people).toBeGreaterThan(50);
    expect(late.people).toBeLessThan(1500);
    const { size: truth } = await sized(world, { people: 100_000, isOutOfTime: () => false });
    expect(Math.abs(late.size - truth)).toBeLessThanOrEqual(3 * late.error);
  });
});

describe('what a preview answers', () => {
  it('changes nothing, and shows people as they are shown elsewhere, with the rule in words', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    await somePeople(site, 3);
    await site.segment('oslo', { attribute: 'city', equals: 'Oslo' });
    const visits = { name: 'Visits', event: 'Page Viewed', function: 'count' };
    expect((await site.admin('PUT', '/admin/computed/visits', visits)).status).toBe(200);
    await built(world);
    const before = await everything(world);
    const preview = await previewed(site, { all: [{ in: 'oslo' }, { didNot: 'Order Completed' }] });
    expect(await everything(world)).toEqual(before);
    expect(preview.words).toBe(
      'People who are in the segment "oslo" and who did not do "Order Completed".',
    );
    const [person] = preview.sample;
    const shown = await site.admin('GET', `/admin/profiles/${person?.id}`);
    expect(person).toEqual(shown.json());
    expect(person).toMatchObject({
      identifiers: { externalId: 'c-1' },
      attributes: { city: 'Oslo' },
      segments: ['oslo'],
      computed: { visits: 0 },
    });
  });

  it('says what the rule names that nobody can have yet', async () => {
    // A pass waits for the clock: it cannot end between an edit and the preview.
    await using world = await aWorld({ settings: { rulesSettleSeconds: 60 } });
    const site = await aSite(world);
    await somePeople(site, 3);
    const rule = {
      any: [
        { in: 'oslo' },
        { computed: 'visits', atLeast: 0 },
        { not: { any: [{ rfm: 'Lost' }, { rfm: 'New' }] } },
      ],
    };
    const visits = { name: 'Visits', event: 'Page Viewed', function: 'count' };
    expect((await site.admin('PUT', '/admin/computed/visits', visits)).status).toBe(200);
    await site.segment('oslo', { attribute: 'city', equals: 'Oslo' });
    expect(await previewed(site, rule)).toMatchObject({
      size: 3,
      notes: [
        'Nobody is in segment "oslo" yet: it is being built.',
        'Nobody has the computed value "visits" yet: it is being built.',
        'Nobody has RFM scores yet: they come once RFM is set up or a rule that asks is saved.',
      ],
    });
    await built(world);
    expect((await previewed(site, { any: rule.any.slice(0, 2) })).notes).toEqual([]);
  });
});

describe('a rule that cannot be previewed', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['an unknown word', { rule: { attribute: 'city', is: 'Riga' } }, ['rule.is']],
    ['an unknown segment', { rule: { all: [{ not: { in: 'none' } }] } }, ['rule.all[0].not.in']],
    ['an unknown list', { rule: { list: 'none' } }, ['rule.list']],
    ['an unknown computed value', { rule: { computed: 'none', equals: 1 } }, ['rule.computed']],
    [
      'a bad word deep inside',
      { rule: { any: [{ did: 'Order Completed', within: '90 days' }] } },
      ['rule.any[0].within'],
    ],
    ['no rule', {}, ['rule']],
    ['anything beside the rule', { rule: { did: 'a' }, name: 'x' }, ['name']],
    [
      'a trigger that is not there',
      { rule: { didNot: 'Order Completed', since: 'trigger' } },
      ['rule.since'],
    ],
  ])('for %s is refused where saving it would be', async (_, body, paths) => {
    await using world = await aWorld();
    const problem = await refusal(world, 'POST', '/admin/segments/preview', { body });
    expect([problem.status, pathsOf(problem)]).toEqual([422, paths]);
    if ('name' in Object(body) || !('rule' in Object(body))) return;
    const named = { name: 'The same', ...Object(body) };
    const saved = await refusal(world, 'PUT', '/admin/segments/same', { body: named });
    expect(pathsOf(saved)).toEqual(paths);
  });

  it('needs a marketer', async () => {
    await using world = await aWorld();
    const body = { rule: { did: 'a' } };
    expect((await world.request('POST', '/admin/segments/preview', { body })).status).toBe(401);
  });
});
