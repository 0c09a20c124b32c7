import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { InvalidRequest, type Table } from '../../shared/ports/table.ts';
import { Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { aCompany, idsOf, newsOf } from '../support/lists.ts';
import { modes, settled } from '../support/modes.ts';
import { built, membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const worker = 'functions/lists/change-static-list-members.ts';

describe('an accepted upload', () => {
  it.each([
    ['before', 'kill'],
    ['after', 'kill'],
    ['before', 'stumble'],
    ['after', 'stumble'],
  ] as const)('arrives though its worker breaks off %s any call: %s', async (when, how) => {
    let reached = 0;
    for (let call = 1; ; call += 1) {
      const breaker = new Breaker({ at: call, when, how });
      const around: AroundPorts = (row, ports) =>
        row.file === worker ? breaker.around(ports) : ports;
      await using world = await aWorld({ around });
      const company = await aCompany(world, 3);
      await company.make('fair');
      await company.segment('guests', { list: 'fair' });
      await built(world);
      await company.add('fair', company.names);
      await world.settle();
      breaker.revive();
      // On a virtual clock all tries are over before anybody could bring the worker back.
      expect(world.deadLetters().length > 0).toBe(how === 'kill' && breaker.hasBroken);
      world.embedded.queue.redrive('list-changes');
      await world.settle();
      const all = await idsOf(world, company.names);
      expect(await company.listed('fair')).toEqual(all);
      expect(await membersOf(world, 'guests')).toEqual(all);
      for (const name of company.names) {
        expect(await newsOf(world, name)).toEqual(['list.joined fair', 'segment.entered guests']);
      }
      expect(world.deadLetters()).toEqual([]);
      if (!breaker.hasBroken) break;
      reached = call;
    }
    expect(reached).toBeGreaterThan(4);
  });

  it('waits, told and alone, for a person who cannot be stored; all others are in', async () => {
    let unfit: string | undefined;
    const around: AroundPorts = (row, ports) => {
      if (row.file !== worker) return ports;
      const transact: Table['transact'] = async (writes) => {
        const isUnfit = writes.some((one) => one.kind === 'put' && one.item.pk === unfit);
        if (isUnfit) throw new InvalidRequest('The item is too large.');
        return ports.table.transact(writes);
      };
      return { ...ports, table: Object.assign(Object.create(ports.table), { transact }) };
    };
    await using world = await aWorld({ around });
    const company = await aCompany(world, 5);
    await company.make('fair');
    unfit = (await personOf(world, 'c-3')).id;
    await company.add('fair', company.names);
    await world.settle();
    expect(await company.listed('fair')).toEqual(await idsOf(world, ['c-0', 'c-1', 'c-2', 'c-4']));
    const [letter, ...others] = world.deadLetters();
    expect([letter?.queue, letter?.body, others]).toEqual([
      'list-changes',
      expect.stringContaining(`"people":["${unfit}"]`),
      [],
    ]);
    unfit = undefined;
    world.embedded.queue.redrive('list-changes');
    await world.settle();
    expect(await company.listed('fair')).toEqual(await idsOf(world, company.names));
  });

  it('comes with what people say at the same moment, and neither is lost', async () => {
    await using world = await aWorld({ hostile: 4 });
    const company = await aCompany(world, 10, 4);
    await company.make('fair');
    await company.segment('guests', { all: [{ list: 'fair' }, { did: 'Seen', atLeast: 3 }] });
    await built(world);
    for (let round = 0; round < 3; round += 1) {
      for (const userId of company.names) {
        await company.post('/v1/track', { userId, event: 'Seen', properties: {} });
      }
      await company.add('fair', company.names.slice(round * 3, round * 3 + 4));
    }
    await settled(world, 4);
    const all = await idsOf(world, company.names);
    expect(await company.listed('fair')).toEqual(all);
    expect(await membersOf(world, 'guests')).toEqual(all);
  });
});

describe.each(modes)('campaigns and lists, hostile %s', (hostile) => {
  it('reach whom a list names through a segment, unless another list forbids', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    for (const name of ['anna', 'boris', 'clara']) await office.lead(name);
    await office.template('hello');
    for (const id of ['fair', 'rivals'])
      await office.done('PUT', `/admin/lists/${id}`, { name: id });
    await office.done('PUT', '/admin/segments/guests', { name: 'Guests', rule: { list: 'fair' } });
    await built(world);
    const named = (...names: string[]) => ({
      identifiers: names.map((name) => ({ email: `${name}@example.com` })),
    });
    await office.done('POST', '/admin/lists/fair/members', named('anna', 'boris'));
    await settled(world, hostile);
    await office.campaign('cart', {
      audience: { include: ['guests'], exclude: [] },
      schedule: { on: 'Product Added', delay: 'PT2H', unless: { list: 'rivals' } },
    });
    await office.launch('cart');
    for (const name of ['anna', 'boris', 'clara']) await office.track(name, 'Product Added');
    await world.advance('PT1H');
    await office.done('POST', '/admin/lists/rivals/members', named('boris'));
    await world.advance('PT3H');
    expect(office.inbox()).toEqual({ anna: 1 });
  });
});
