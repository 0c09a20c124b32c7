import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { modes, settled } from '../support/modes.ts';
import { caughtUp } from '../support/segment-cases.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const all =
  'needs all history, of which the timeline keeps P365D: ask for a window of that, or set no timelineDays';
const twoYears =
  'needs P2Y of history, of which the timeline keeps P365D: set timelineDays to at least 731';

const year = { timelineDays: 365 };
const orders = (rest: object) => ({ did: 'Order Completed', ...rest });

type Problem = { readonly errors: readonly { readonly path: string; readonly message: string }[] };

/** The status, and what is wrong where. */
async function refusal(world: World, method: string, path: string, body: unknown) {
  const answer = await (await aSite(world)).admin(method, path, body);
  if (answer.status === 200) return [200];
  // A problem document, as every refusal.
  const { errors } = answer.json() as Problem;
  return [answer.status, ...errors.map((error) => [error.path, error.message])];
}

describe('a company that keeps its timeline for a year', () => {
  it('is told by the path which rule looks back further, and how long it would have to be kept', async () => {
    await using world = await aWorld({ settings: year });
    const rule = { all: [orders({ within: 'P90D' }), { not: orders({ within: 'P2Y' }) }] };
    const segment = { name: 'Lapsed', rule };
    const wrong = [422, ['rule.all[1].not.within', twoYears]];
    expect(await refusal(world, 'PUT', '/admin/segments/lapsed', segment)).toEqual(wrong);
    expect(await refusal(world, 'POST', '/admin/segments/preview', { rule })).toEqual(wrong);
    const campaign = {
      name: 'Cart',
      topic: 'offers',
      schedule: { on: 'Product Added', delay: 'PT2H', unless: orders({ within: 'P2Y' }) },
      message: { channel: 'email', template: 'cart' },
    };
    expect(await refusal(world, 'PUT', '/admin/campaigns/cart', campaign)).toEqual(
      expect.arrayContaining([422, ['schedule.unless.within', twoYears]]),
    );
    const ever = { name: 'Buyers', rule: orders({}) };
    expect(await refusal(world, 'PUT', '/admin/segments/buyers', ever)).toEqual([
      422,
      ['rule.did', all],
    ]);
    const computed = { name: 'Orders', event: 'Order Completed', function: 'count' };
    expect(await refusal(world, 'PUT', '/admin/computed/orders', computed)).toEqual([
      422,
      ['within', all],
    ]);
    const scored = { name: 'Champions', rule: { rfm: 'Champions' } };
    expect(await refusal(world, 'PUT', '/admin/segments/champions', scored)).toEqual([
      422,
      ['rule.rfm', all],
    ]);
    expect((await (await aSite(world)).admin('GET', '/admin/segments')).json()).toMatchObject({
      items: [],
    });
    const recent = { name: 'Recent', rule: orders({ within: 'P365D' }) };
    expect(await refusal(world, 'PUT', '/admin/segments/recent', recent)).toEqual([200]);
  });

  it('goes on asking for all history what its profiles have kept since before', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'perennial-'));
    {
      await using world = await aWorld({ directory });
      await (await aSite(world)).segment('buyers', orders({ atLeast: 1 }));
      await built(world);
    }
    await using world = await aWorld({ directory, settings: year });
    const often = { name: 'Often', rule: orders({ atLeast: 3 }) };
    expect(await refusal(world, 'PUT', '/admin/segments/often', often)).toEqual([200]);
    const baskets = { name: 'Baskets', rule: { did: 'Product Added' } };
    expect(await refusal(world, 'PUT', '/admin/segments/baskets', baskets)).toEqual([
      422,
      ['rule.did', all],
    ]);
  });
});

describe.each(modes)('a company that keeps its timeline for thirty days, hostile %s', (hostile) => {
  const typesOf = async (world: World, externalId: string): Promise<readonly string[]> => {
    world.embedded.table.removeExpired();
    await settled(world, hostile);
    const { id } = await personOf(world, externalId);
    const types: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const path: string = `/admin/profiles/${id}/timeline?after=${after}`;
      const answer = await (await aSite(world)).admin('GET', path);
      // The shape that the route promises.
      const page = answer.json() as {
        readonly items: readonly { readonly type: string }[];
        readonly next: string | null;
      };
      types.push(...page.items.map(({ type }) => type));
      after = page.next;
    }
    return types.toSorted();
  };

  it('loses what people did, and neither their consents nor who they are', async () => {
    await using world = await aWorld({ hostile, settings: { timelineDays: 30 } });
    const site = await aSite(world);
    await site.segment('buyers', orders({ within: 'P30D', atLeast: 2 }));
    await built(world);
    await site.post('/v1/leads', {
      email: 'anna@example.com',
      externalId: 'anna',
      consents: [{ topic: 'offers', channel: 'email', given: true, text: 'form-v3' }],
    });
    await settled(world, hostile);
    const order = { type: 'track', userId: 'anna', event: 'Order Completed' };
    const before = { ...order, timestamp: '2026-11-01T12:00:00Z' };
    await site.post('/v1/batch', { batch: [before, { ...order, timestamp: world.now() }] });
    await settled(world, hostile);
    const { id } = await personOf(world, 'anna');
    expect(await membersOf(world, 'buyers')).toEqual([id]);
    const proof = (await typesOf(world, 'anna')).filter((type) => type !== 'event');
    expect(proof).toEqual(expect.arrayContaining(['consent.given', 'segment.entered']));
    await world.advance('P29D');
    await caughtUp(world);
    expect((await typesOf(world, 'anna')).filter((type) => type === 'event')).toHaveLength(2);
    await world.advance('P5D');
    await caughtUp(world);
    expect(await membersOf(world, 'buyers')).toEqual([]);
    expect(await typesOf(world, 'anna')).toEqual([...proof, 'segment.left'].toSorted());
    expect(world.deadLetters()).toEqual([]);
    expect(world.failedBatches()).toEqual([]);
  });
});
