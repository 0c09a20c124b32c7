import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { dueKinds } from '../../shared/stores/due-slots.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { modes, settled } from '../support/modes.ts';
import { caughtUp, orders, somePeople } from '../support/segment-cases.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

describe.each(modes)('time, hostile %s', (hostile) => {
  const riga = { settings: { timeZone: 'Europe/Riga' } };
  const flipsOf = async (world: World, key: string): Promise<readonly string[]> => {
    const { entries } = await queryTimeline(world.ports.table, (await personOf(world, key)).id);
    return entries
      .filter(({ type }) => type.startsWith('segment.'))
      .map(({ type, occurredAt }) => `${type} ${occurredAt}`);
  };

  it('ends a week a week later on the wall clock, when the clocks change too', async () => {
    await using world = await aWorld({ ...riga, clock: '2027-03-25T08:30:00Z', hostile });
    const site = await aSite(world);
    await site.segment('fresh', { did: 'Order Completed', within: 'P7D' });
    await built(world);
    await site.post('/v1/track', { userId: 'c-1', event: 'Order Completed' });
    await world.settle();
    await world.advance('2027-04-01T07:30:00Z');
    expect(await membersOf(world, 'fresh')).toHaveLength(1);
    await world.advance('2027-04-01T07:31:00Z');
    await settled(world, hostile);
    expect(await membersOf(world, 'fresh')).toHaveLength(0);
    expect(await flipsOf(world, 'c-1')).toEqual([
      'segment.entered 2027-03-25T08:30:00.000Z',
      'segment.left 2027-04-01T07:30:00.001Z',
    ]);
  });

  it.each([
    ['2027-03-20', '1990-03-28', '2027-03-27T22:00:00.000Z', '2027-03-28T21:00:00.000Z'],
    ['2027-10-20', '1990-10-31', '2027-10-30T21:00:00.000Z', '2027-10-31T22:00:00.000Z'],
    ['2027-02-20', '1992-02-29', '2027-02-27T22:00:00.000Z', '2027-02-28T22:00:00.000Z'],
  ])('from %s makes the birthday of %s last from %s to %s', async (from, born, first, last) => {
    await using world = await aWorld({ ...riga, clock: `${from}T00:00:00Z`, hostile });
    const site = await aSite(world);
    await site.segment('birthday', { attribute: 'born', anniversary: 'today' });
    await built(world);
    await site.post('/v1/identify', { userId: 'c-1', traits: { born } });
    await world.settle();
    await world.advance(new Date(Date.parse(first) - 1).toISOString());
    expect(await membersOf(world, 'birthday')).toHaveLength(0);
    await world.advance(first);
    await settled(world, hostile);
    expect(await membersOf(world, 'birthday')).toHaveLength(1);
    await world.advance(new Date(Date.parse(last) - 1).toISOString());
    expect(await membersOf(world, 'birthday')).toHaveLength(1);
    await world.advance(last);
    await settled(world, hostile);
    expect(await membersOf(world, 'birthday')).toHaveLength(0);
    expect(await flipsOf(world, 'c-1')).toEqual([
      `segment.entered ${first}`,
      `segment.left ${last}`,
    ]);
  });

  it('is told by its own instants, however late it is noticed', async () => {
    await using world = await aWorld({ ...riga, clock: '2027-03-20T00:00:00Z', hostile });
    const site = await aSite(world);
    await site.segment('birthday', { attribute: 'born', anniversary: 'today' });
    await built(world);
    for (let n = 0; n < 20; n += 1) {
      await site.post('/v1/identify', { userId: `c-${n}`, traits: { born: '1990-03-28' } });
    }
    await world.settle();
    await world.advance('P20D');
    await caughtUp(world);
    for (let n = 0; n < 20; n += 1) {
      expect(await flipsOf(world, `c-${n}`)).toEqual([
        'segment.entered 2027-03-27T22:00:00.000Z',
        'segment.left 2027-03-28T21:00:00.000Z',
      ]);
    }
    expect(world.deadLetters()).toEqual([]);
  });

  it('takes a person out of very many segments at one instant', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const names = Array.from({ length: 65 }, (_, n) => `s-${n}`);
    for (const name of names) await site.segment(name, orders(30, 1).rule);
    await built(world);
    await site.post('/v1/track', { userId: 'c-1', event: 'Order Completed' });
    await settled(world, hostile);
    const { segments } = await personOf(world, 'c-1');
    expect(segments).toHaveLength(names.length);
    await world.advance('P31D');
    await settled(world, hostile);
    const left = (await flipsOf(world, 'c-1')).filter((flip) => flip.startsWith('segment.left'));
    expect(left).toEqual(names.map(() => 'segment.left 2026-12-25T12:00:00.001Z'));
    expect((await personOf(world, 'c-1')).segments).toEqual([]);
  });
});

// What a hostile world repeats costs more: only a calm one can be priced.
describe('the minute tick', () => {
  it('costs a look at each slot a minute, and one at whose data these are, while nothing is due', async () => {
    const meter = new RequestMeter();
    await using world = await aWorld({ meter });
    const site = await aSite(world);
    await site.segment('fresh', orders(30, 1).rule);
    const people = await somePeople(site, 40);
    for (const { key } of people) {
      await site.post('/v1/track', { userId: key, event: 'Order Completed' });
    }
    await world.settle();
    meter.reset();
    const ticked = await world.invoke('functions/time/sweep-due-slots.ts', { time: startOfWorld });
    await world.settle();
    expect(ticked).toEqual({ enqueued: 0 });
    const asked = [...meter.byOperation().keys()].toSorted();
    expect(asked).toEqual(['marketing due', 'marketing get', 'profiles due']);
    const slots = Object.values(dueKinds).reduce((count, kind) => count + kind.slots, 0);
    expect(meter.total()).toMatchObject({ requests: slots + 1, writeUnits: 0 });
  });
});
