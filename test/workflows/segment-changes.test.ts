import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { modes } from '../support/modes.ts';
import { expectMembers, inCity, orders, somePeople } from '../support/segment-cases.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('a segment that is changed, hostile %s', (hostile) => {
  const settings = { rulesSettleSeconds: 60 };

  it('serves its old members until the new ones are whole', async () => {
    await using world = await aWorld({ hostile, settings });
    const site = await aSite(world);
    const people = await somePeople(site, 9);
    await site.segment('mine', inCity('Riga').rule);
    await world.advance('PT5M');
    await expectMembers(world, { mine: inCity('Riga') }, people);
    await site.segment('mine', inCity('Oslo').rule);
    await world.settle();
    const answer = await site.admin('GET', '/admin/segments/mine');
    expect(answer.json()).toMatchObject({ state: 'building', size: 3 });
    await expectMembers(world, { mine: inCity('Riga') }, people);
    // Who moves meanwhile moves by the definition that serves, and is right by the new one too.
    for (const person of people.slice(0, 3)) {
      person.city = person.city === 'Riga' ? 'Oslo' : 'Riga';
      await site.post('/v1/identify', { userId: person.key, traits: { city: person.city } });
    }
    await world.settle();
    await expectMembers(world, { mine: inCity('Riga') }, people);
    await world.advance('PT5M');
    await expectMembers(world, { mine: inCity('Oslo') }, people);
    expect((await site.admin('GET', '/admin/segments/mine')).json()).toMatchObject({
      state: 'ready',
    });
  });

  it('again before the first pass ends ends up as it was said last', async () => {
    await using world = await aWorld({ hostile, settings });
    const site = await aSite(world);
    const people = await somePeople(site, 9);
    await site.segment('mine', inCity('Riga').rule);
    await world.advance('PT5M');
    await site.segment('mine', inCity('Oslo').rule);
    await world.advance('PT30S');
    await site.segment('mine', inCity('Rome').rule);
    await world.settle();
    await expectMembers(world, { mine: inCity('Riga') }, people);
    await world.advance('PT10M');
    await expectMembers(world, { mine: inCity('Rome') }, people);
    expect(await membersOf(world, 'mine')).toHaveLength(3);
  });

  it('tells nobody that they entered or left by its new words', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const people = await somePeople(site, 9);
    for (const city of ['Riga', 'Oslo', 'Rome']) {
      await site.segment('mine', inCity(city).rule);
      await built(world);
    }
    for (const { key } of people) {
      const { entries } = await queryTimeline(world.ports.table, (await personOf(world, key)).id);
      expect(entries.map(({ type }) => type)).toEqual(['profile.created', 'profile.updated']);
    }
  });

  it('writes only the people who change', async () => {
    const meter = new RequestMeter();
    await using world = await aWorld({ hostile, meter });
    const site = await aSite(world);
    await somePeople(site, 30);
    await site.segment('mine', inCity('Riga').rule);
    await built(world);
    const writesOf = () => {
      const used = (name: string) => meter.byOperation().get(name)?.writeUnits ?? 0;
      return used('profiles write') + used('profiles transact');
    };
    meter.reset();
    await site.segment('mine', { any: [inCity('Riga').rule, inCity('Bern').rule] });
    await site.segment('nobody', orders(30, 1).rule);
    await built(world);
    expect(writesOf()).toBe(0);
    await site.segment('mine', { any: [inCity('Riga').rule, inCity('Oslo').rule] });
    await built(world);
    // Ten people with a member row each, in transactions that cost double.
    expect(writesOf()).toBe(20);
  });

  it('meets people whose time has come before the tick does, and moves them at their instant', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await site.segment('fresh', { did: 'Order Completed', within: 'PT1H' });
    await built(world);
    await site.post('/v1/track', { userId: 'anna', event: 'Order Completed', properties: {} });
    await world.settle();
    expect(await membersOf(world, 'fresh')).toHaveLength(1);
    // The hour passes, and the pass of another segment comes first.
    if (!(world.clock instanceof VirtualClock)) throw new Error('The clock is not virtual.');
    world.clock.set(Date.parse('2026-11-25T13:00:30Z'));
    await site.segment('riga', { attribute: 'city', equals: 'Riga' });
    await built(world);
    expect(hostile === undefined ? world.failures() : []).toEqual([]);
    expect(await membersOf(world, 'fresh')).toEqual([]);
    const anna = await personOf(world, 'anna');
    const { entries } = await queryTimeline(world.ports.table, anna.id);
    expect(entries.filter(({ type }) => type === 'segment.left')).toEqual([
      expect.objectContaining({ occurredAt: '2026-11-25T13:00:00.001Z' }),
    ]);
  });
});

describe.each(modes)('a person in very many segments, hostile %s', (hostile) => {
  it('changes time zone in all of them', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await site.post('/v1/identify', { userId: 'c-1', traits: { city: 'Riga' } });
    const names = Array.from({ length: 130 }, (_, n) => `s-${n}`);
    for (const name of names) await site.segment(name, inCity('Riga').rule);
    await built(world);
    const traits = { timeZone: 'Europe/Riga' };
    await site.post('/v1/identify', { userId: 'c-1', traits });
    await world.settle();
    const { id, attributes } = await personOf(world, 'c-1');
    expect(attributes).toEqual({ city: 'Riga', ...traits });
    const page = await world.ports.table.scan('marketing', { segment: 0, segments: 1 });
    const rows = page.items.filter(({ pk, sk }) => pk.startsWith('member#') && sk === id);
    expect(rows.map(({ zone }) => zone)).toEqual(names.map(() => 'Europe/Riga'));
  });
});

describe.each(modes)('a segment that is deleted, hostile %s', (hostile) => {
  it('is kept while a campaign asks for it', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await site.segment('mine', inCity('Riga').rule);
    const template = { name: 'Welcome', channel: 'sms', text: 'Hello' };
    await site.admin('PUT', '/admin/templates/welcome', template);
    const campaign = {
      name: 'Welcome',
      topic: 'offers',
      schedule: { on: 'profile.created', delay: 'PT1H', unless: { not: { in: 'mine' } } },
      message: { channel: 'sms', template: 'welcome' },
    };
    expect((await site.admin('PUT', '/admin/campaigns/welcome', campaign)).status).toBe(200);
    const refused = await site.admin('DELETE', '/admin/segments/mine');
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('welcome')]);
  });

  it('is kept while something uses it, then gone with its members, for good', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const people = await somePeople(site, 9);
    await site.segment('mine', inCity('Riga').rule);
    await site.segment('theirs', { not: { in: 'mine' } });
    await built(world);
    const refused = await site.admin('DELETE', '/admin/segments/mine');
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('theirs')]);
    expect((await site.admin('DELETE', '/admin/segments/theirs')).status).toBe(202);
    await world.settle();
    expect((await site.admin('DELETE', '/admin/segments/mine')).status).toBe(202);
    await world.settle();
    expect((await site.admin('GET', '/admin/segments/mine')).status).toBe(404);
    for (const { key } of people) {
      const { id } = await personOf(world, key);
      const shown = await site.admin('GET', `/admin/profiles/${id}`);
      expect(shown.json()).toMatchObject({ segments: [] });
    }
    // A new one of the same name begins empty, and nobody leaves what they were never in.
    await site.segment('mine', inCity('Oslo').rule);
    await built(world);
    await expectMembers(world, { mine: inCity('Oslo') }, people);
    for (const { key } of people) {
      const { entries } = await queryTimeline(world.ports.table, (await personOf(world, key)).id);
      expect(entries.map(({ type }) => type)).not.toContain('segment.left');
    }
  });
});
