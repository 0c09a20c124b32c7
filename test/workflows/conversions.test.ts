import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { changeListening, getListening } from '../../shared/stores/listeners.ts';
import { recordSent } from '../../shared/stores/message-entries.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { aRun, ledgerOf, reserve, somePeople } from '../support/messaging.ts';
import { ask, modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const goal = {
  event: 'Order Completed',
  within: 'P14D',
  value: 'total',
  contact: ['Call Started', 'Chat Opened'],
};

const sale = { properties: { total: 10, currency: 'EUR' } };

/** Campaigns of these models that have gone out to Anna, one an hour after the other, and are over. */
async function campaigns(world: World, goals: Readonly<Record<string, object>>) {
  const office = await anOffice(world);
  await office.lead('anna', { attributes: { city: 'Riga' } });
  await office.template('hello');
  await office.segment('riga', { attribute: 'city', equals: 'Riga' });
  for (const [index, [id, changes]] of Object.entries(goals).entries()) {
    const at = `2026-11-25T${14 + index}:00`;
    const plan = { audience: { include: ['riga'] }, schedule: { at } };
    await office.campaign(id, { ...plan, goal: { ...goal, ...changes } });
    await office.launch(id);
  }
  await world.advance('PT8H');
  for (const id of Object.keys(goals)) expect(await office.state(id)).toBe('completed');
  return office;
}

describe.each(modes)('campaigns with one goal, hostile %s', (hostile) => {
  it('compete: the last message has the credit, and all of them are told that the person paid', async () => {
    await using world = await aWorld({ hostile });
    const office = await campaigns(world, { one: {}, two: {} });
    await office.track('anna', 'Order Completed', sale);
    await world.advance('PT1H');
    expect(await office.report('one')).toMatchObject({
      conversions: 0,
      revenue: {},
      levels: { reacted: 0, contacted: 0, paid: 1 },
    });
    expect(await office.report('two')).toMatchObject({
      conversions: 1,
      revenue: { EUR: 10 },
      revenuePerMessage: { EUR: 10 },
      levels: { paid: 1 },
    });
  });

  it('share the money to the last cent where they are credited alike', async () => {
    await using world = await aWorld({ hostile });
    const linear = { attribution: 'linear' };
    const office = await campaigns(world, { one: linear, two: linear, three: linear });
    await office.track('anna', 'Order Completed', sale);
    await world.advance('PT1H');
    const reports = await Promise.all(['one', 'two', 'three'].map(office.report));
    const revenues = reports.map(({ revenue }) => (revenue as { EUR: number }).EUR);
    expect(revenues).toEqual([3.33, 3.33, 3.34]);
    expect(reports.map(({ conversions }) => conversions)).toEqual([1, 1, 1]);
  });

  it('count who made contact, once, for as long as the window is open', async () => {
    await using world = await aWorld({ hostile });
    const office = await campaigns(world, { one: {} });
    await office.track('anna', 'Chat Opened');
    await office.track('anna', 'Call Started');
    await world.advance('PT1H');
    const levels = { contacted: 1, paid: 0 };
    expect(await office.report('one')).toMatchObject({ conversions: 0, levels });
    await world.advance('P13D');
    const first = { ...sale, messageId: 'in-time' };
    await office.track('anna', 'Order Completed', first);
    await world.advance('PT1H');
    expect(await office.report('one')).toMatchObject({ levels: { contacted: 1, paid: 1 } });
  });

  it('are told of no contact after their window, and listen no longer', async () => {
    await using world = await aWorld({ hostile });
    const office = await campaigns(world, { one: {} });
    await world.advance('P14D');
    await office.track('anna', 'Call Started');
    await world.advance('PT1H');
    expect(await office.report('one')).toMatchObject({ levels: { contacted: 0 } });
    await world.advance('P2D');
    for (const name of [goal.event, ...goal.contact]) {
      const { campaigns: left } = await getListening(world.ports.table, 'goal', name);
      expect([name, left]).toEqual([name, {}]);
    }
  });
});

describe.each(modes)('a report of clicks, hostile %s', (hostile) => {
  it('tells people from machines', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    for (const name of ['anna', 'boris']) await office.lead(name, { attributes: { city: 'Riga' } });
    const html = '<a href="https://a.example">A</a> <a href="https://b.example">B</a>';
    await office.template('hello', { html });
    await office.segment('riga', { attribute: 'city', equals: 'Riga' });
    const audience = { include: ['riga'] };
    await office.campaign('march', { audience, schedule: { at: '2026-11-25T13:00' } });
    await office.launch('march');
    await world.advance('PT2H');
    const pathsTo = (name: string): readonly string[] => {
      const sent = world.outbox().find(({ to }) => to.startsWith(name));
      const hrefs = (sent?.html ?? '').matchAll(/href="([^"]+\/l\/[^"]+)"/g);
      return [...hrefs].map(([, href = '']) => new URL(href).pathname);
    };
    for (const path of pathsTo('boris')) await ask(world, 'GET', path);
    await ask(world, 'GET', pathsTo('anna')[1] ?? '');
    await world.advance('PT15M');
    expect(await office.report('march')).toMatchObject({
      clicks: 1,
      automatedClicks: 1,
      levels: { reacted: 1, contacted: 0, paid: 0 },
    });
  });
});

describe('a conversion after very many messages', () => {
  it('is shared by the last two hundred', async () => {
    await using world = await aWorld();
    const goals = { event: 'Order Completed', within: 'P14D', attribution: 'first' };
    const run = await aRun(world, { definition: { goal: goals } });
    const people = await somePeople(world, 1);
    for (let index = 0; index < 205; index += 1) {
      const trigger = String(index).padStart(3, '0');
      const claimedAt = new Date(world.clock.now() - (300 - index) * 1_000).toISOString();
      for (const row of await reserve(world, run, people, { trigger })) {
        await recordSent({ ...row, claimedAt }, world.ports);
      }
    }
    const listener = { kind: 'goal', name: goals.event } as const;
    await changeListening(world.ports.table, listener, { id: run.campaign, word: goals.within });
    const detail = {
      id: '01M8A4PAG01A4K71RVH0ERSVY8',
      profileId: 'person-0000',
      type: 'event',
      occurredAt: world.now(),
      recordedAt: world.now(),
      data: { name: goals.event, properties: {}, source: 'shop' },
    };
    await world.ports.queue.send('conversions', [{ body: { detail } }]);
    await world.settle();
    const told = (await ledgerOf(world, run)).filter(({ conversions }) => conversions.length > 0);
    expect(told).toHaveLength(200);
    const credited = told.filter(({ conversions: [one] }) => one?.credit === 1);
    expect(credited.map(({ trigger }) => trigger)).toEqual(['005']);
  });
});

describe('a conversion that is cut off at any call', () => {
  const file = 'functions/reporting/record-conversions.ts';
  const kinds: readonly Omit<Break, 'at'>[] = [
    { when: 'before', how: 'stumble' },
    { when: 'after', how: 'stumble' },
  ];

  it.each(kinds)('$when it has its effect is shared in full all the same', async (kind) => {
    let at = 0;
    for (let reached = true; reached; ) {
      at += 1;
      const breaker = new Breaker({ ...kind, at });
      await using world = await aWorld({
        around: (row, ports) => (row.file === file ? breaker.around(ports) : ports),
      });
      const linear = { attribution: 'linear' };
      const office = await campaigns(world, { one: linear, two: linear });
      await office.track('anna', 'Order Completed', {
        properties: { total: 9.99, currency: 'EUR' },
      });
      reached = breaker.hasBroken;
      breaker.revive();
      await world.advance('PT1H');
      const reports = await Promise.all(['one', 'two'].map(office.report));
      const revenues = reports.map(({ revenue }) => (revenue as { EUR: number }).EUR);
      expect([at, ...revenues]).toEqual([at, 4.99, 5]);
    }
    expect(at).toBeGreaterThan(6);
  });
});
