import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { aBusListener } from '../support/bus-listener.ts';
import { dying } from '../support/dying-table.ts';
import {
  act,
  caughtUp,
  expectMembers,
  inCity,
  orders,
  pick,
  someCases,
  somePeople,
  spent,
} from '../support/segment-cases.ts';
import { aSite, built, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const passes = 'functions/segments/pass-over-profiles.ts';
const workers = [
  passes,
  'functions/segments/review-profiles.ts',
  'functions/tracking/ingest-inputs.ts',
  'functions/time/sweep-due-slots.ts',
];

const modes = [undefined, 1, 2, 3];

describe.each(modes)('segments, hostile %s', (hostile) => {
  it.each([
    ['', 0],
    [', though their workers are killed at any point', 0.01],
  ])('hold at every instant those whom a recount from scratch finds%s', async (_, risk) => {
    const dice = createHostility((hostile ?? 0) + 10);
    let killed = 0;
    const around: AroundPorts = (row, ports) =>
      workers.includes(row.file)
        ? { ...ports, table: dying(ports.table, () => dice.chance(risk) && (killed += 1) > 0) }
        : ports;
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    const people = await somePeople(site, 12);
    let cases = someCases(dice);
    for (const [id, { rule }] of Object.entries(cases)) await site.segment(id, rule);
    await built(world);
    for (let step = 0; step < 60; step += 1) {
      for (let acts = dice.integer(4); acts > 0; acts -= 1) {
        await act(world, site, pick(dice, people), dice);
      }
      if (dice.chance(0.15)) {
        cases = someCases(dice);
        for (const [id, { rule }] of Object.entries(cases)) await site.segment(id, rule);
        await built(world);
      }
      if (dice.chance(0.5)) await world.advance(pick(dice, ['PT1H', 'P1D', 'P9D', 'P30D']));
      await caughtUp(world);
      await expectMembers(world, cases, people);
    }
    expect(world.deadLetters()).toEqual([]);
    expect(killed > 5).toBe(risk > 0);
  });

  it('say when each person entered and left, once each, in turns', async () => {
    const { published, around } = aBusListener();
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    const dice = createHostility((hostile ?? 0) + 20);
    const cases = someCases(dice);
    for (const [id, { rule }] of Object.entries(cases)) await site.segment(id, rule);
    await built(world);
    const people = await somePeople(site, 6);
    for (let step = 0; step < 40; step += 1) {
      await act(world, site, pick(dice, people), dice);
      await caughtUp(world);
      await world.advance(pick(dice, ['PT1H', 'P1D', 'P9D']));
      await caughtUp(world);
    }
    const flips = [...published.values()].filter(({ type }) => type.startsWith('segment.'));
    expect(flips.length).toBeGreaterThan(40);
    for (const person of people) {
      const { id } = await personOf(world, person.key);
      for (const [segment, { holds }] of Object.entries(cases)) {
        const own = flips
          .filter((event) => event.profileId === id && event.data['segment'] === segment)
          .toSorted((one, other) => (one.id < other.id ? -1 : 1));
        const turns = own.map(({ type }) => type);
        expect(turns).toEqual(
          turns.map((_, turn) => (turn % 2 === 0 ? 'segment.entered' : 'segment.left')),
        );
        expect(turns.length % 2 === 1).toBe(holds(person, world.clock.now()));
      }
    }
  });

  it('made after the history exists know it; a wider window looks further back', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const people = await somePeople(site, 5);
    const dice = createHostility(7);
    for (let n = 0; n < 60; n += 1) await act(world, site, pick(dice, people), dice);
    await world.settle();
    for (const days of [20, 90, 200, 40]) {
      const cases = { buyers: orders(days, 2), spenders: spent(days, 60) };
      for (const [id, { rule }] of Object.entries(cases)) await site.segment(id, rule);
      await built(world);
      await expectMembers(world, cases, people);
      expect(world.deadLetters()).toEqual([]);
    }
  });

  it('changed while a pass runs and inputs arrive are right in the end', async () => {
    const duringScans = new Map<number, () => Promise<void>>();
    let scans = 0;
    const around: AroundPorts = (row, ports) =>
      row.file === passes
        ? {
            ...ports,
            table: Object.assign(Object.create(ports.table), {
              scan: async (...of: Parameters<typeof ports.table.scan>) => {
                const page = await ports.table.scan(...of);
                scans += 1;
                await duringScans.get(scans)?.();
                return page;
              },
            }),
          }
        : ports;
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    const dice = createHostility(8);
    const people = await somePeople(site, 12);
    await site.segment('buyers', orders(30, 1).rule);
    for (let n = 0; n < 20; n += 1) await act(world, site, pick(dice, people), dice);
    await built(world);
    const final = { buyers: orders(60, 2), nested: inCity('Oslo') };
    scans = 0;
    let changes = 0;
    duringScans.set(2, async () => {
      for (const person of people.slice(0, 6)) {
        person.orders.push({ at: world.clock.now(), cents: 1000 });
        const call = { userId: person.key, event: 'Order Completed', properties: { total: 10 } };
        await site.post('/v1/track', call);
      }
    });
    const edit = site.segment('buyers', orders(90, 3).rule);
    duringScans.set(5, async () => {
      // A client that hears no answer asks again: not after a newer edit, or the older one would win.
      await edit;
      for (const [id, { rule }] of Object.entries(final)) await site.segment(id, rule);
      changes += 1;
    });
    await edit;
    await built(world);
    expect(changes).toBe(1);
    await expectMembers(world, final, people);
  });
});
