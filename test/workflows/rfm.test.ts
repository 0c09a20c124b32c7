import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { World } from '../../infra/local/world.ts';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { recutNightly } from '../../shared/flows/segments/rfm-recut.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { modes, settled } from '../support/modes.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

const dayMs = 86_400_000;
const start = Date.parse(startOfWorld);

const moneySchema = z.record(z.string(), z.number());
const rfmSchema = z.strictObject({
  settings: z.record(z.string(), z.string()),
  state: z.enum(['off', 'building', 'ready']),
  asOf: z.string().nullable(),
  customers: z.number(),
  cuts: z
    .strictObject({
      recencyDays: z.array(z.number()),
      frequency: z.array(z.number()),
      monetary: z.array(z.number()),
    })
    .nullable(),
  grid: z.array(
    z.strictObject({
      recency: z.number(),
      frequencyMonetary: z.number(),
      cell: z.string(),
      count: z.number(),
      money: moneySchema,
    }),
  ),
  cells: z.array(
    z.strictObject({ cell: z.string(), count: z.number(), share: z.number(), money: moneySchema }),
  ),
});

type Site = Awaited<ReturnType<typeof aSite>>;

const readRfm = async (site: Site) =>
  rfmSchema.parse((await site.admin('GET', '/admin/rfm')).json());

const order = (site: Site, userId: string, { at, total, currency = 'EUR' }: Sold) =>
  site.post('/v1/track', {
    userId,
    event: 'Order Completed',
    timestamp: new Date(at).toISOString(),
    properties: { total, currency },
  });
type Sold = { readonly at: number; readonly total: number; readonly currency?: string };

/**
 * Ten customers: number n has ordered n times, for 10 n euros each time, and last 11 - n times some days
 * ago; and one who has never ordered.
 */
async function tenCustomers(site: Site, days = 10): Promise<void> {
  for (let n = 1; n <= 10; n += 1) {
    for (let one = 0; one < n; one += 1) {
      await order(site, `c-${n}`, {
        at: start - ((11 - n) * days + one * 20) * dayMs,
        total: n * 10,
      });
    }
  }
  await site.post('/v1/identify', { userId: 'c-0', traits: { city: 'Riga' } });
  await site.settle();
}

const spentInAll = Array.from({ length: 10 }, (_, n) => 10 * (n + 1) ** 2);

/** Who is in a segment, by their numbers. */
async function numbersIn(world: World, id: string): Promise<readonly number[]> {
  const members = new Set(await membersOf(world, id));
  const people = await Promise.all(
    Array.from({ length: 11 }, (_, n) => personOf(world, `c-${n}`).catch(() => undefined)),
  );
  return people.flatMap((person, n) => (person !== undefined && members.has(person.id) ? [n] : []));
}

async function scoresOf(world: World, site: Site, key: string): Promise<unknown> {
  const { id } = await personOf(world, key);
  const profile = (await site.admin('GET', `/admin/profiles/${id}`)).json();
  return z
    .object({ rfm: z.unknown() })
    .parse({ rfm: undefined, ...z.object({}).loose().parse(profile) }).rfm;
}

const best = { rfm: { recency: { equals: 5 } } };
const busy = { rfm: { frequency: { equals: 5 } } };

describe.each(modes)('RFM, hostile %s', (hostile) => {
  it('is off until a rule or a marketer asks for it', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const usual = { event: 'Order Completed', value: 'total' };
    const nothing = { asOf: null, customers: 0, cuts: null, grid: [], cells: [] };
    expect(await readRfm(site)).toEqual({ ...nothing, settings: usual, state: 'off' });
    const put = await site.admin('PUT', '/admin/rfm', {});
    expect([put.status, rfmSchema.parse(put.json())]).toEqual([
      200,
      { ...nothing, settings: usual, state: 'building' },
    ]);
    await built(world);
    await settled(world, hostile);
    // Nobody is a customer.
    expect(await readRfm(site)).toEqual({ ...nothing, settings: usual, state: 'ready' });
  });

  it('refuses settings that mean nothing, with their paths', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const body = { event: '', currency: 'euro', within: '90 days', colour: 'red' };
    const refused = await site.admin('PUT', '/admin/rfm', body);
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('"currency"')]);
    for (const path of ['event', 'within', 'colour']) expect(refused.text).toContain(path);
    expect((await readRfm(site)).state).toBe('off');
  });

  it('puts customers into fifths, and a segment of them is not ready before', async () => {
    await using world = await aWorld({ hostile, settings: { rulesSettleSeconds: 60 } });
    const site = await aSite(world);
    await tenCustomers(site);
    await site.segment('busy', busy);
    await site.segment('asleep', { rfm: 'Hibernating' });
    const states: unknown[] = [];
    for (let minute = 0; minute < 40 && states.at(-1) !== 'ready'; minute += 1) {
      const segment = await site.admin('GET', '/admin/segments/busy');
      const { state, size } = z
        .object({ state: z.string(), size: z.number() })
        .parse(segment.json());
      // Never ready without the people who belong there.
      expect([state, size]).toEqual([state, state === 'ready' ? 2 : 0]);
      expect((await readRfm(site)).state).toBe(state);
      states.push(state);
      if (state !== 'ready') await world.advance('PT1M');
    }
    expect(states.at(-1)).toBe('ready');
    expect(states.length).toBeGreaterThan(2);
    expect(await numbersIn(world, 'busy')).toEqual([9, 10]);
    expect(await numbersIn(world, 'asleep')).toEqual([3, 4]);
    const rfm = await readRfm(site);
    expect(rfm.cuts?.frequency).toEqual([2, 4, 6, 8]);
    const exact = [40, 160, 360, 640];
    for (const [fifth, money] of exact.entries()) {
      const found = rfm.cuts?.monetary[fifth] ?? 0;
      expect(found).toBeGreaterThanOrEqual(money);
      expect(found).toBeLessThan(money * 1.01);
    }
    expect(await scoresOf(world, site, 'c-10')).toEqual({
      recency: 5,
      frequency: 5,
      monetary: 5,
      cell: 'Champions',
    });
    expect(await scoresOf(world, site, 'c-4')).toEqual({
      recency: 2,
      frequency: 2,
      monetary: 2,
      cell: 'Hibernating',
    });
    expect(await scoresOf(world, site, 'c-0')).toBeUndefined();
  });

  it('shows the grid of all customers with their money', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await tenCustomers(site);
    await site.admin('PUT', '/admin/rfm', { currency: 'EUR' });
    await order(site, 'c-1', { at: start - dayMs, total: 5000, currency: 'USD' });
    await settled(world, hostile);
    await world.advance('PT20M');
    const { grid, cells, customers, state, asOf } = await readRfm(site);
    expect([state, customers, grid.length, cells.length]).toEqual(['ready', 10, 25, 11]);
    expect(Date.parse(asOf ?? '')).toBeGreaterThanOrEqual(start);
    const total = spentInAll.reduce((sum, one) => sum + one, 0);
    for (const shown of [grid, cells]) {
      expect(shown.reduce((sum, { count }) => sum + count, 0)).toBe(10);
      expect(shown.reduce((sum, { money }) => sum + (money['EUR'] ?? 0), 0)).toBe(total);
    }
    expect(cells.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(grid[0]).toEqual({
      recency: 5,
      frequencyMonetary: 5,
      cell: 'Champions',
      count: 2,
      money: { EUR: 810 + 1000 },
    });
    expect(cells.find(({ cell }) => cell === 'Lost')).toEqual({
      cell: 'Lost',
      count: 2,
      share: 0.2,
      money: { EUR: 10 + 40 },
    });
  });

  it('lets somebody fall to the next fifth exactly when the border says', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await tenCustomers(site);
    await site.segment('best', best);
    await built(world);
    const days = (await readRfm(site)).cuts?.recencyDays[0] ?? 0;
    const turns = start - 20 * dayMs + days * dayMs + 1;
    expect(turns).toBeGreaterThan(world.clock.now());
    await world.advance(new Date(turns - 1).toISOString());
    await settled(world, undefined);
    expect(await numbersIn(world, 'best')).toContain(9);
    await world.advance(new Date(turns).toISOString());
    await settled(world, hostile);
    expect(await numbersIn(world, 'best')).not.toContain(9);
    const { entries } = await queryTimeline(world.ports.table, (await personOf(world, 'c-9')).id);
    expect(entries.filter(({ type }) => type === 'segment.left')).toEqual([
      expect.objectContaining({ occurredAt: new Date(turns).toISOString() }),
    ]);
    // An order makes her one of the most recent again, at once.
    await order(site, 'c-9', { at: turns, total: 1 });
    await settled(world, undefined);
    expect(await numbersIn(world, 'best')).toContain(9);
  });

  it('goes by the old settings until everybody is scored by the new', async () => {
    const settings = { rulesSettleSeconds: 60 };
    await using world = await aWorld({ hostile, settings });
    const site = await aSite(world);
    await tenCustomers(site);
    for (let n = 1; n <= 5; n += 1) {
      await order(site, `c-${n}`, { at: start - n * 30 * dayMs, total: 1, currency: 'USD' });
    }
    await site.admin('PUT', '/admin/rfm', { currency: 'EUR' });
    await site.segment('best', best);
    await world.advance('PT40M');
    expect(await numbersIn(world, 'best')).toEqual([9, 10]);
    const before = await readRfm(site);
    const put = await site.admin('PUT', '/admin/rfm', { currency: 'USD' });
    expect(rfmSchema.parse(put.json())).toEqual({
      ...before,
      state: 'building',
      settings: { ...before.settings, currency: 'USD' },
    });
    await world.settle();
    expect(await numbersIn(world, 'best')).toEqual([9, 10]);
    expect(await scoresOf(world, site, 'c-10')).toMatchObject({ recency: 5 });
    await world.advance('PT40M');
    expect(await numbersIn(world, 'best')).toEqual([1]);
    expect(await scoresOf(world, site, 'c-10')).toBeUndefined();
    const after = await readRfm(site);
    expect([after.state, after.customers]).toEqual(['ready', 5]);
    expect(after.cells.reduce((sum, { money }) => sum + (money['USD'] ?? 0), 0)).toBe(5);
  });

  it('forgets orders that leave the window', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await tenCustomers(site, 1);
    await site.admin('PUT', '/admin/rfm', { within: 'P30D' });
    await site.segment('customers', { rfm: { recency: { atLeast: 1 } } });
    await built(world);
    expect(await numbersIn(world, 'customers')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // In thirty days everybody but the first has ordered twice.
    expect((await readRfm(site)).cuts?.frequency).toEqual([2, 2, 2, 2]);
    await world.advance('P20DT12H');
    await settled(world, hostile);
    expect(await numbersIn(world, 'customers')).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await world.advance('P10D');
    await settled(world, hostile);
    expect(await numbersIn(world, 'customers')).toEqual([]);
  });

  it('is cut anew at night: people move, are told of it, and nobody else is written', async () => {
    const meter = new RequestMeter();
    await using world = await aWorld({ hostile, meter });
    const site = await aSite(world);
    await tenCustomers(site);
    await site.segment('busy', busy);
    await built(world);
    expect(await numbersIn(world, 'busy')).toEqual([9, 10]);
    // Number 8 orders once more and so comes among the best fifth by yesterday's borders.
    await order(site, 'c-8', { at: world.clock.now(), total: 10 });
    await settled(world, undefined);
    expect(await numbersIn(world, 'busy')).toEqual([8, 9, 10]);
    // A pass sees it; the same day the borders stay.
    await site.segment('riga', { attribute: 'city', equals: 'Riga' });
    await built(world);
    await settled(world, hostile);
    const { cuts } = await readRfm(site);
    expect(cuts?.frequency).toEqual([2, 4, 6, 8]);
    await recutNightly(world.ports);
    expect((await readRfm(site)).cuts).toEqual(cuts);
    await world.advance('2026-11-25T23:59:30Z');
    await settled(world, undefined);
    meter.reset();
    const profileWrites = () =>
      ['write', 'transact']
        .map((operation) => meter.byOperation().get(`profiles ${operation}`)?.writeUnits ?? 0)
        .reduce((sum, units) => sum + units, 0);
    await world.advance('2026-11-26T00:05:00Z');
    await recutNightly(world.ports);
    await recutNightly(world.ports);
    await world.advance('PT30M');
    await built(world);
    expect((await readRfm(site)).cuts?.frequency).toEqual([2, 4, 6, 9]);
    expect(await numbersIn(world, 'busy')).toEqual([10]);
    const told = await Promise.all(
      ['c-8', 'c-9', 'c-10'].map(async (key) => {
        const { entries } = await queryTimeline(world.ports.table, (await personOf(world, key)).id);
        return entries.filter(({ type }) => type === 'segment.left').length;
      }),
    );
    expect(told).toEqual([1, 1, 0]);
    // Two people: marked by the pass, and told when it serves; each in a transaction that costs double.
    expect(profileWrites()).toBe(8);
    const { grid, customers } = await readRfm(site);
    expect([customers, grid.reduce((sum, { count }) => sum + count, 0)]).toEqual([10, 10]);
  });
});
