import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  best,
  busy,
  dayMs,
  numbersIn,
  order,
  readRfm,
  rfmSchema,
  scoresOf,
  spentInAll,
  start,
  tenCustomers,
} from '../support/customers.ts';
import { modes, settled } from '../support/modes.ts';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

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
    const long = { event: 'x'.repeat(201), value: 'x'.repeat(201) };
    const tooLong = await site.admin('PUT', '/admin/rfm', long);
    expect([tooLong.status, tooLong.text]).toEqual([422, expect.stringContaining('"event"')]);
    expect(tooLong.text).toContain('"value"');
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

  it('can be switched off when nothing uses it, and on again', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await tenCustomers(site);
    await site.segment('busy', busy);
    await built(world);
    const used = await site.admin('DELETE', '/admin/rfm');
    expect([used.status, used.text]).toEqual([409, expect.stringContaining('busy')]);
    await site.admin('DELETE', '/admin/segments/busy');
    await built(world);
    for (const _time of ['once', 'again']) {
      const off = await site.admin('DELETE', '/admin/rfm');
      expect([off.status, rfmSchema.parse(off.json()).state]).toEqual([200, 'off']);
    }
    expect(await scoresOf(world, site, 'c-10')).toBeUndefined();
    await world.advance('P2D');
    expect((await readRfm(site)).state).toBe('off');
    await site.segment('busy', busy);
    await built(world);
    expect(await numbersIn(world, 'busy')).toEqual([9, 10]);
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
});
