import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { servingVersion } from '../../shared/domain/segments/segment.ts';
import { loadRules } from '../../shared/stores/segments.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes } from '../support/modes.ts';
import { pathsOf, refusal } from '../support/refusal.ts';
import { membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const bought = 'Order Completed';
const favourite = {
  name: 'Favourite category',
  event: bought,
  function: 'mostFrequent',
  property: 'category',
};
const spent = { name: 'Spent', event: bought, function: 'average', property: 'total' };
const daysSince = { name: 'Days since', event: bought, function: 'daysSince' };

const basket = (...categories: string[]) => ({
  properties: { products: categories.map((category) => ({ category })) },
});

/** A shop that defines computed values, and people who do things. */
async function aShop(hostile: number | undefined) {
  // A pass waits, so that there is a time in which it is not through.
  const world = await aWorld({ hostile, settings: { rulesSettleSeconds: 60 } });
  const office = await anOffice(world);
  await office.lead('anna');
  let events = 0;
  return {
    ...office,
    world,
    define: (id: string, definition: object) =>
      office.done('PUT', `/admin/computed/${id}`, { ...definition }),
    buys: (name: string, rest: Readonly<Record<string, unknown>>): Promise<void> => {
      events += 1;
      return office.track(name, bought, { messageId: `order-${events}`, ...rest });
    },
    shown: async (name: string): Promise<unknown> => {
      const { id } = await personOf(world, name);
      return (await office.done('GET', `/admin/profiles/${id}`))['computed'];
    },
    [Symbol.asyncDispose]: async () => {
      expect(hostile === undefined ? world.failures() : []).toEqual([]);
      await world.close();
    },
  };
}

/** Until whatever is defined serves. */
async function served(world: World): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await world.settle();
    const { computed, segments } = await loadRules(world.ports.table);
    const isServed = computed.every(
      ({ definition, serving, version }) => definition && serving?.version === version,
    );
    if (isServed && segments.every((one) => servingVersion(one) === one.version)) return;
    await world.advance('PT6M');
  }
  throw new Error('A computed value stays "building".');
}

/** Whose names are members. */
async function namesIn(world: World, segment: string, names: readonly string[]) {
  const members = await membersOf(world, segment);
  const people = await Promise.all(names.map((name) => personOf(world, name)));
  return names.filter((_, index) => members.includes(people[index]?.id ?? ''));
}

describe.each(modes)('a computed value, hostile %s', (hostile) => {
  it('is worked out of what people did before and after it is defined', async () => {
    await using shop = await aShop(hostile);
    await shop.lead('boris');
    await shop.buys('anna', basket('jazz', 'rock', 'jazz'));
    const saved = await shop.define('favouriteCategory', favourite);
    expect(saved).toMatchObject({ id: 'favouriteCategory', ...favourite });
    await shop.define('spent', spent);
    await served(shop.world);
    expect(await shop.done('GET', '/admin/computed/favouriteCategory')).toEqual({
      id: 'favouriteCategory',
      ...favourite,
      state: 'ready',
      createdAt: saved['createdAt'],
      updatedAt: saved['updatedAt'],
    });
    expect(await shop.done('GET', '/admin/computed')).toMatchObject({
      items: [
        { id: 'favouriteCategory', state: 'ready' },
        { id: 'spent', state: 'ready' },
      ],
      next: null,
    });
    expect(await shop.shown('anna')).toEqual({ favouriteCategory: 'jazz' });
    expect(await shop.shown('boris')).toBeUndefined();
    for (const total of [10, 10.01, 9]) await shop.buys('anna', { properties: { total } });
    await shop.buys('anna', { ...basket('rock'), timestamp: '2026-11-01T10:00:00Z' });
    await shop.buys('anna', { ...basket('rock'), timestamp: '2026-11-02T10:00:00Z' });
    await shop.world.advance('PT15M');
    expect(await shop.shown('anna')).toEqual({ favouriteCategory: 'rock', spent: 9.67 });
  });

  it('is asked by segments, which people enter and leave at the instant it changes', async () => {
    await using shop = await aShop(hostile);
    const names = ['anna', 'boris', 'clara'];
    await shop.lead('boris');
    await shop.lead('clara');
    await shop.buys('anna', basket('jazz'));
    await shop.define('favouriteCategory', { ...favourite, within: 'P30D' });
    await shop.define('daysSince', daysSince);
    await shop.segment('jazz', { computed: 'favouriteCategory', equals: 'jazz' });
    await shop.segment('lapsed', { computed: 'daysSince', atLeast: 3 });
    await shop.segment('strangers', { computed: 'favouriteCategory', exists: false });
    await served(shop.world);
    expect(await namesIn(shop.world, 'jazz', names)).toEqual(['anna']);
    expect(await namesIn(shop.world, 'strangers', names)).toEqual(['boris', 'clara']);
    await shop.buys('boris', basket('rock', 'jazz', 'jazz'));
    await shop.world.advance('PT15M');
    expect(await namesIn(shop.world, 'jazz', names)).toEqual(['anna', 'boris']);
    await shop.world.advance('P2D');
    expect(await namesIn(shop.world, 'lapsed', names)).toEqual([]);
    await shop.world.advance('P1D');
    expect(await namesIn(shop.world, 'lapsed', names)).toEqual(['anna', 'boris']);
    await shop.world.advance('P28D');
    expect(await namesIn(shop.world, 'jazz', names)).toEqual([]);
    const { id } = await personOf(shop.world, 'anna');
    const { items } = await shop.done('GET', `/admin/profiles/${id}/timeline`);
    const moves = (items as { type: string; occurredAt: string; data: object }[])
      .filter(({ type }) => type.startsWith('segment.'))
      .filter(({ data }) => 'segment' in data && data.segment !== 'strangers');
    expect(moves.map(({ type, occurredAt }) => [type, occurredAt])).toContainEqual([
      'segment.entered',
      '2026-11-28T00:00:00.000Z',
    ]);
  });

  it('serves as it was until a changed one is worked out for everybody, while people go on', async () => {
    await using shop = await aShop(hostile);
    await shop.lead('boris');
    for (const name of ['anna', 'boris']) {
      await shop.buys(name, { properties: { category: 'jazz', brand: 'Blue', total: 5 } });
    }
    await shop.define('favourite', favourite);
    await shop.segment('blue', { computed: 'favourite', equals: 'Blue' });
    await served(shop.world);
    expect(await namesIn(shop.world, 'blue', ['anna', 'boris'])).toEqual([]);
    const changed = await shop.define('favourite', { ...favourite, property: 'brand' });
    expect(changed).toMatchObject({ state: 'building', property: 'brand' });
    expect(await shop.shown('anna')).toEqual({ favourite: 'jazz' });
    // A second edit lands, and people buy, before the pass of the first is through.
    await shop.define('favourite', { ...favourite, property: 'brand', within: 'P90D' });
    for (const brand of ['Red', 'Red']) await shop.buys('boris', { properties: { brand } });
    await served(shop.world);
    expect(await shop.shown('anna')).toEqual({ favourite: 'Blue' });
    expect(await shop.shown('boris')).toEqual({ favourite: 'Red' });
    expect(await namesIn(shop.world, 'blue', ['anna', 'boris'])).toEqual(['anna']);
  });

  it('stands in emails, texts and previews', async () => {
    await using shop = await aShop(hostile);
    await shop.lead('boris', { phone: '+37120000001' });
    await shop.define('favouriteCategory', favourite);
    await shop.define('spent', spent);
    await served(shop.world);
    const text =
      '{{ profile.computed.favouriteCategory | default: "all" }}: {{ profile.computed.spent | default: "" }}';
    await shop.template('hello', { subject: text, html: `<p>${text}</p>` });
    await shop.template('short', { channel: 'sms', subject: undefined, html: undefined, text });
    const schedule = { on: 'Checkout Started' };
    await shop.campaign('email', { schedule });
    await shop.campaign('sms', { schedule, message: { channel: 'sms', template: 'short' } });
    for (const id of ['email', 'sms']) await shop.launch(id);
    const order = { category: '<jazz>', total: 10 };
    await shop.buys('boris', { properties: order });
    await shop.buys('boris', { properties: { ...order, total: 3.33 } });
    await shop.world.advance('PT15M');
    for (const name of ['anna', 'boris']) await shop.track(name, 'Checkout Started');
    await shop.world.advance('PT1H');
    const sent = shop.world
      .outbox()
      .map((message) => `${message.to} ${message.subject || message.text}`);
    expect(sent.toSorted()).toEqual([
      '+37120000001 <jazz>: 6.665',
      'anna@example.com all:',
      'boris@example.com <jazz>: 6.665',
    ]);
    const html = shop.world.outbox().find(({ to }) => to.startsWith('boris'))?.html;
    expect(html).toContain('<p>&lt;jazz&gt;: 6.665</p>');
    const { id } = await personOf(shop.world, 'boris');
    const previewOf = (profile: unknown) =>
      shop.done('POST', '/admin/templates/hello/preview', { profile });
    expect(await previewOf(id)).toMatchObject({ subject: '<jazz>: 6.665' });
    const made = { computed: { favouriteCategory: 'pop', spent: 1 } };
    expect(await previewOf(made)).toMatchObject({ subject: 'pop: 1' });
  });

  it('decides whether a campaign is still wanted', async () => {
    await using shop = await aShop(hostile);
    await shop.lead('boris');
    await shop.template('hello');
    await shop.define('orders', { name: 'Orders', event: bought, function: 'count' });
    await served(shop.world);
    const unless = { computed: 'orders', atLeast: 2 };
    await shop.campaign('cart', { schedule: { on: 'Product Added', delay: 'PT1H', unless } });
    await shop.launch('cart');
    for (const name of ['anna', 'boris']) await shop.track(name, 'Product Added');
    for (const name of ['anna', 'boris', 'boris']) await shop.buys(name, {});
    await shop.world.advance('PT2H');
    expect(shop.inbox()).toEqual({ anna: 1 });
  });

  it('is kept while a rule asks for it; deleted, nothing of it is left', async () => {
    await using shop = await aShop(hostile);
    await shop.buys('anna', basket('jazz'));
    await shop.define('favourite', favourite);
    await shop.define('orders', { name: 'Orders', event: bought, function: 'count' });
    await shop.segment('jazz', { computed: 'favourite', equals: 'jazz' });
    await shop.template('hello');
    const unless = { not: { computed: 'orders', atLeast: 1 } };
    await shop.campaign('cart', { schedule: { on: 'Product Added', delay: 'PT1H', unless } });
    await served(shop.world);
    const bySegment = await shop.refused('DELETE', '/admin/computed/favourite');
    expect([bySegment.status, bySegment.detail]).toEqual([409, expect.stringContaining('"jazz"')]);
    const byCampaign = await shop.refused('DELETE', '/admin/computed/orders');
    expect([byCampaign.status, byCampaign.detail]).toEqual([
      409,
      expect.stringContaining('"cart"'),
    ]);
    await shop.done('DELETE', '/admin/segments/jazz');
    for (let minute = 0; minute < 20; minute += 1) {
      if ((await shop.refused('GET', '/admin/segments/jazz')).status === 404) break;
      await shop.world.advance('PT1M');
    }
    await shop.done('DELETE', '/admin/computed/favourite');
    for (let minute = 0; minute < 20; minute += 1) {
      if ((await shop.refused('GET', '/admin/computed/favourite')).status === 404) break;
      await shop.world.advance('PT1M');
    }
    expect((await shop.refused('GET', '/admin/computed/favourite')).status).toBe(404);
    expect(await shop.shown('anna')).toEqual({ orders: 1 });
    const { registry } = await loadRules(shop.world.ports.table);
    expect(registry.metrics.map(({ spec }) => spec.values)).toEqual([undefined]);
  });
});

describe('a computed value that is not well defined', () => {
  it.each<[string, string, object, string]>([
    ['no name', 'x', { ...favourite, name: ' ' }, 'name'],
    ['no event', 'x', { ...favourite, event: undefined }, 'event'],
    ['a function that is none', 'x', { ...favourite, function: 'median' }, 'function'],
    ['no property', 'x', { ...favourite, property: undefined }, 'property'],
    ['a property that nobody needs', 'x', { ...daysSince, property: 'total' }, 'property'],
    ['a window that is none', 'x', { ...favourite, within: 'P0D' }, 'within'],
    ['an unknown word', 'x', { ...favourite, currency: 'EUR' }, 'currency'],
    [
      'a condition that says nothing',
      'x',
      { ...favourite, where: [{ property: 'size' }] },
      'where[0].property',
    ],
    ['an id that templates cannot name', 'a.b', favourite, 'id'],
  ])('with %s is refused by name, and nothing is written', async (_, id, body, path) => {
    await using world = await aWorld();
    const problem = await refusal(world, 'PUT', `/admin/computed/${id}`, { body });
    expect([problem.status, pathsOf(problem)]).toEqual([422, [path]]);
  });

  it('is unknown to rules', async () => {
    await using world = await aWorld();
    const body = { name: 'S', rule: { not: { computed: 'nothing', exists: true } } };
    const problem = await refusal(world, 'PUT', '/admin/segments/s', { body });
    expect([problem.status, pathsOf(problem)]).toEqual([422, ['rule.not.computed']]);
    const missing = await refusal(world, 'GET', '/admin/computed/nothing');
    expect(missing.status).toBe(404);
    expect((await refusal(world, 'DELETE', '/admin/computed/nothing')).status).toBe(404);
  });
});
