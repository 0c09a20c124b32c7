import { describe, expect, it } from 'vitest';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { aBusListener } from '../support/bus-listener.ts';
import { diceOf } from '../support/dice.ts';
import { aCompany, idsOf, newsOf } from '../support/lists.ts';
import { modes, settled } from '../support/modes.ts';
import { built, membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('a static list, hostile %s', (hostile) => {
  it('holds whom it was told to, and the segments that use it follow at once', async () => {
    await using world = await aWorld({ hostile });
    const company = await aCompany(world, 260, hostile);
    await company.make('fair');
    await company.segment('guests', {
      all: [{ list: 'fair' }, { attribute: 'city', exists: true }],
    });
    await company.segment('strangers', { not: { in: 'guests' } });
    await built(world);
    expect(await company.add('fair', company.names.slice(0, 230))).toEqual({
      accepted: 230,
      errors: [],
    });
    await settled(world, hostile);
    const guests = await idsOf(world, company.names.slice(0, 230));
    expect(await company.listed('fair')).toEqual(guests);
    expect(await company.sizeOf('fair')).toBe(230);
    expect(await membersOf(world, 'guests')).toEqual(guests);
    expect(await membersOf(world, 'strangers')).toHaveLength(30);
    await company.remove('fair', company.names.slice(100));
    await settled(world, hostile);
    expect(await company.listed('fair')).toEqual(await idsOf(world, company.names.slice(0, 100)));
    expect(await membersOf(world, 'guests')).toHaveLength(100);
    expect(await newsOf(world, 'c-0')).toEqual(
      [
        'segment.entered strangers',
        'list.joined fair',
        'segment.entered guests',
        'segment.left strangers',
      ].filter((news) => news !== 'segment.entered strangers'),
    );
    expect(await newsOf(world, 'c-200')).toEqual([
      'list.joined fair',
      'segment.entered guests',
      'segment.left strangers',
      'list.left fair',
      'segment.left guests',
      'segment.entered strangers',
    ]);
    expect(world.deadLetters()).toEqual([]);
  });

  it('shows on the profile, as long as it is there', async () => {
    await using world = await aWorld({ hostile });
    const company = await aCompany(world, 1, hostile);
    await company.make('fair');
    await company.make('press');
    const shown = async (): Promise<unknown> =>
      (await company.admin('GET', '/admin/profiles?externalId=c-0')).json();
    expect(await shown()).not.toHaveProperty('lists');
    await company.add('fair', ['c-0']);
    await company.add('press', ['c-0']);
    await settled(world, hostile);
    expect(await shown()).toMatchObject({ lists: expect.arrayContaining(['fair', 'press']) });
    expect((await company.admin('DELETE', '/admin/lists/fair')).status).toBe(200);
    expect(await shown()).toMatchObject({ lists: ['press'] });
  });

  it('stays as it was asked for last, in whatever order the queue delivers', async () => {
    await using world = await aWorld({ hostile });
    const company = await aCompany(world, 12, hostile);
    await company.make('fair');
    await company.segment('guests', { list: 'fair' });
    await built(world);
    const dice = diceOf((hostile ?? 0) + 5);
    const isIn = new Map(company.names.map((name) => [name, false]));
    for (let round = 0; round < 8; round += 1) {
      // Nobody waits for the uploads before: they are on their way together.
      for (let uploads = 0; uploads < 5; uploads += 1) {
        const adds = dice.chance(0.5);
        const some = dice.some(4, () => dice.pick(company.names));
        await (adds ? company.add : company.remove)('fair', some);
        for (const name of some) isIn.set(name, adds);
      }
      await settled(world, hostile);
      const expected = await idsOf(
        world,
        company.names.filter((name) => isIn.get(name) === true),
      );
      expect(await company.listed('fair')).toEqual(expected);
      expect(await membersOf(world, 'guests')).toEqual(expected);
    }
    expect(world.deadLetters()).toEqual([]);
  });

  it('costs nothing and tells nothing when it is uploaded again', async () => {
    const meter = new RequestMeter();
    await using world = await aWorld({ hostile, meter });
    const company = await aCompany(world, 30, hostile);
    await company.make('fair');
    await company.add('fair', [...company.names, ...company.names]);
    await settled(world, hostile);
    meter.reset();
    expect(await company.add('fair', company.names)).toEqual({ accepted: 30, errors: [] });
    await company.add('fair', company.names);
    await settled(world, hostile);
    const used = (name: string): number => meter.byOperation().get(name)?.writeUnits ?? 0;
    expect(used('profiles write') + used('profiles transact')).toBe(0);
    expect(used('timeline write') + used('timeline transact')).toBe(0);
    expect(used('marketing transact')).toBe(0);
    expect(await newsOf(world, 'c-7')).toEqual(['list.joined fair']);
  });

  it('starts empty when it is made again, and leaves no rows behind', async () => {
    await using world = await aWorld({ hostile });
    const company = await aCompany(world, 20, hostile);
    await company.make('fair');
    await company.add('fair', company.names);
    await settled(world, hostile);
    // This upload finds the list gone.
    await company.remove('fair', company.names.slice(0, 5));
    expect((await company.admin('DELETE', '/admin/lists/fair')).status).toBe(200);
    expect((await company.admin('GET', '/admin/lists/fair')).status).toBe(404);
    await company.make('fair');
    expect(await company.listed('fair')).toEqual([]);
    await company.segment('guests', { list: 'fair' });
    await built(world);
    expect(await membersOf(world, 'guests')).toEqual([]);
    await company.add('fair', ['c-1']);
    await settled(world, hostile);
    await world.advance('PT30M');
    expect(await company.listed('fair')).toEqual(await idsOf(world, ['c-1']));
    expect((await personOf(world, 'c-1')).lists).toHaveLength(1);
    const { items } = await world.ports.table.scan('marketing', { segment: 0, segments: 1 });
    expect(items.filter(({ pk }) => pk.startsWith('listed#'))).toHaveLength(1);
    expect(world.deadLetters()).toEqual([]);
  });

  it('cannot be deleted while a segment or a campaign uses it', async () => {
    await using world = await aWorld({ hostile });
    const company = await aCompany(world, 0);
    await company.make('fair');
    const refusal = async () => {
      const answer = await company.admin('DELETE', '/admin/lists/fair');
      return [answer.status, (answer.json() as { detail?: string }).detail ?? ''] as const;
    };
    await company.segment('guests', { list: 'fair' });
    await built(world);
    expect(await refusal()).toEqual([409, expect.stringContaining('segment "guests"')]);
    expect((await company.admin('DELETE', '/admin/segments/guests')).status).toBe(202);
    await built(world).catch(() => undefined);
    await settled(world, hostile);
    await company.admin('PUT', '/admin/topics/offers', { name: 'Offers' });
    await company.admin('PUT', '/admin/templates/hi', {
      name: 'Hi',
      channel: 'email',
      subject: 'Hi',
      html: 'Hi {{ unsubscribeUrl }}',
      text: 'Hi {{ unsubscribeUrl }}',
    });
    const saved = await company.admin('PUT', '/admin/campaigns/hello', {
      name: 'Hello',
      kind: 'marketing',
      topic: 'offers',
      schedule: { on: 'Seen', delay: 'PT1H', unless: { any: [{ list: 'fair' }] } },
      message: { channel: 'email', template: 'hi' },
    });
    expect([saved.status, saved.text]).toEqual([200, expect.anything()]);
    expect(await refusal()).toEqual([409, expect.stringContaining('campaign "hello"')]);
    await company.admin('POST', '/admin/campaigns/hello/cancel');
    expect((await refusal())[0]).toBe(200);
  });

  it('tells the bus of those who join and leave, once each', async () => {
    const { published, around } = aBusListener();
    await using world = await aWorld({ hostile, around });
    const company = await aCompany(world, 3, hostile);
    await company.make('fair');
    await company.add('fair', company.names);
    await settled(world, hostile);
    await company.remove('fair', ['c-1', 'c-1']);
    await settled(world, hostile);
    const news = [...published.values()].filter(({ type }) => type.startsWith('list.'));
    expect(news.map(({ type, data }) => `${type} ${String(data['list'])}`).toSorted()).toEqual([
      'list.joined fair',
      'list.joined fair',
      'list.joined fair',
      'list.left fair',
    ]);
  });
});
