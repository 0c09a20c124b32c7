import { describe, expect, it } from 'vitest';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { recutNightly } from '../../shared/flows/rfm/rfm-recut.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import {
  best,
  busy,
  dayMs,
  numbersIn,
  order,
  readRfm,
  start,
  tenCustomers,
} from '../support/customers.ts';
import { modes, settled } from '../support/modes.ts';
import { aSite, built, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('RFM as time passes, hostile %s', (hostile) => {
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
