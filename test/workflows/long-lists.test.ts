import { expect, it } from 'vitest';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const maxAnswerBytes = 6 * 1024 * 1024;

it('segments are listed page by page where all together are more than an answer holds', async () => {
  await using world = await aWorld();
  const site = await aSite(world);
  const ids = Array.from({ length: 70 }, (_, index) => `s-${10 + index}`);
  for (const id of ids) await site.segment(id, { attribute: 'city', equals: id.padEnd(95_000) });
  await built(world);
  const found: string[] = [];
  let after: string | null = '';
  while (after !== null) {
    const answer = await site.admin('GET', `/admin/segments?after=${encodeURIComponent(after)}`);
    expect(answer.text.length).toBeLessThan(maxAnswerBytes);
    // A list, as the API says.
    const page = answer.json() as { items: { id: string }[]; next: string | null };
    found.push(...page.items.map(({ id }) => id));
    after = page.next;
  }
  expect(found).toEqual(ids);
});

it.each(['segments', 'computed', 'lists'])('a list of %s goes on after a cursor', async (kind) => {
  await using world = await aWorld();
  const site = await aSite(world);
  const definition = {
    segments: { rule: { attribute: 'city', exists: true } },
    computed: { event: 'Order Completed', function: 'count' },
    lists: {},
  }[kind];
  for (const id of ['a', 'b', 'c']) {
    await site.admin('PUT', `/admin/${kind}/${id}`, { name: id, ...definition });
  }
  const answer = await site.admin('GET', `/admin/${kind}?after=a`);
  const { items, next } = answer.json() as { items: { id: string }[]; next: string | null };
  expect([items.map(({ id }) => id), next]).toEqual([['b', 'c'], null]);
});
