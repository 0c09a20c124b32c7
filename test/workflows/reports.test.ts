import { describe, expect, it } from 'vitest';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const goal = { event: 'Order Completed', within: 'P14D', value: 'total' };

/** A campaign with a goal that has gone out to Anna and Boris. */
async function aCampaignThatWentOut(hostile?: number, meter?: RequestMeter) {
  const world = await aWorld({ hostile, meter });
  const office = await anOffice(world);
  for (const name of ['anna', 'boris']) await office.lead(name, { attributes: { city: 'Riga' } });
  await office.template('hello');
  await office.segment('riga', { attribute: 'city', equals: 'Riga' });
  const plan = { audience: { include: ['riga'] }, schedule: { at: '2026-11-25T13:00' }, goal };
  await office.campaign('march', plan);
  await office.launch('march');
  await world.advance('PT4H');
  const order = (name: string, properties: Readonly<Record<string, unknown>>, rest = {}) =>
    office.track(name, 'Order Completed', { properties, ...rest });
  return { ...office, order, world, [Symbol.asyncDispose]: () => world.close() };
}

describe.each(modes)('a report, hostile %s', (hostile) => {
  it('counts conversions once and adds money up exactly, per currency', async () => {
    await using office = await aCampaignThatWentOut(hostile);
    const same = { messageId: 'order-1' };
    await office.order('anna', { total: 0.1, currency: 'USD' }, same);
    await office.order('anna', { total: 0.1, currency: 'USD' }, same);
    await office.order('anna', { total: 0.2, currency: 'USD' }, { messageId: 'order-2' });
    await office.order('boris', { total: 29.33, currency: 'EUR' });
    await office.world.advance('PT1H');
    expect(await office.report('march')).toMatchObject({
      audience: 2,
      conversions: 2,
      revenue: { USD: 0.3, EUR: 29.33 },
    });
  });
});

describe.each(modes)('a report, hostile %s', (hostile) => {
  it('takes a goal to the end of its window, told late or not, and no longer', async () => {
    await using office = await aCampaignThatWentOut(hostile);
    expect(await office.state('march')).toBe('completed');
    await office.world.advance('P13D');
    await office.order('anna', { total: 5, currency: 'USD' });
    await office.world.advance('P1D');
    await office.order('boris', { total: 7, currency: 'USD' });
    expect(await office.report('march')).toMatchObject({ conversions: 1, revenue: { USD: 5 } });
    const inTime = { timestamp: '2026-12-01T12:00:00.000Z', messageId: 'late' };
    await office.order('boris', { total: 1, currency: 'USD' }, inTime);
    expect(await office.report('march')).toMatchObject({ conversions: 2, revenue: { USD: 6 } });
  });

  it('counts no order before the message, and none of people it did not reach', async () => {
    await using office = await aCampaignThatWentOut(hostile);
    await office.lead('clara');
    await office.order('clara', { total: 5 });
    const before = { timestamp: '2026-11-25T12:30:00.000Z', messageId: 'before' };
    await office.order('anna', { total: 5 }, before);
    expect(await office.report('march')).toMatchObject({ conversions: 0, revenue: {} });
  });

  it('credits the last message of all campaigns with the goal', async () => {
    await using office = await aCampaignThatWentOut(hostile);
    const schedule = { cron: '0 9 * * ? *' };
    await office.campaign('daily', { audience: { include: ['riga'] }, schedule, goal });
    await office.launch('daily');
    await office.world.advance('P2D');
    await office.order('anna', { total: 5, currency: 'USD' });
    expect(await office.report('daily')).toMatchObject({ audience: 4, conversions: 1 });
    const march = { audience: 2, conversions: 0, levels: { paid: 1 } };
    expect(await office.report('march')).toMatchObject(march);
  });

  it('counts opens, clicks and unsubscribes of people', async () => {
    await using office = await aCampaignThatWentOut(hostile);
    const message = office.world.outbox()[0]?.id ?? '';
    for (const type of ['delivery', 'open', 'click', 'click'] as const) {
      await office.world.feedback({ message, type });
      await office.world.settle();
    }
    const { states, opens, clicks } = await office.report('march');
    expect({ states, opens, clicks }).toEqual({
      states: { accepted: 1, delivered: 1 },
      opens: 1,
      clicks: 1,
    });
  });
});

// What a hostile world repeats costs more: only a calm one can be priced.
describe('a report of many orders', () => {
  it('costs as little to count the last order of many as the first', async () => {
    const meter = new RequestMeter();
    await using office = await aCampaignThatWentOut(undefined, meter);
    const readFor = async (messageId: string): Promise<number> => {
      meter.reset();
      await office.order('anna', { total: 1, currency: 'USD' }, { messageId });
      return meter.byOperation().get('timeline query')?.readUnits ?? 0;
    };
    const first = await readFor('first');
    expect(first).toBeGreaterThan(0);
    for (let order = 0; order < 90; order += 1) {
      const note = 'x'.repeat(1_000);
      await office.order('anna', { total: 1, currency: 'USD', note }, { messageId: `${order}` });
    }
    expect(await readFor('last')).toBeLessThanOrEqual(first);
    expect(await office.report('march')).toMatchObject({ conversions: 1, revenue: { USD: 92 } });
  });
});
