import { describe, expect, it } from 'vitest';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { membersOf, personOf } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const inCity = (city: string) => ({ attribute: 'city', equals: city });
const cities = { anna: 'Riga', boris: 'Oslo', carla: 'Rome' };

/** Anna in Riga, Boris in Oslo, Carla in Rome; `vip` are those in Oslo. Campaigns greet who enters and leaves. */
async function aShop(hostile: number | undefined, audience?: unknown) {
  const world = await aWorld({ hostile, settings: { rulesSettleSeconds: 60 } });
  const office = await anOffice(world);
  for (const [name, city] of Object.entries(cities)) {
    await office.lead(name, { attributes: { city } });
  }
  const edit = async (rule: unknown, more = {}, id = 'vip') =>
    office.done('PUT', `/admin/segments/${id}`, { name: id, rule, ...more });
  await edit(inCity('Oslo'));
  await world.advance('PT10M');
  for (const [name, on] of [
    ['hello', 'segment.entered'],
    ['farewell', 'segment.left'],
  ] as const) {
    await office.template(name, { subject: name });
    const schedule = { on, where: [{ property: 'segment', equals: 'vip' }] };
    const to = name === 'hello' && audience !== undefined ? { audience } : {};
    await office.campaign(name, { schedule, message: { channel: 'email', template: name }, ...to });
    await office.launch(name);
  }
  return {
    ...office,
    world,
    edit,
    /** What each got: subjects, in order. */
    mails: () => {
      const all: Record<string, string[]> = {};
      for (const { to, subject } of world.outbox()) {
        const name = to.split('@')[0] ?? to;
        all[name] = [...(all[name] ?? []), subject];
      }
      return all;
    },
    /** Flips on a person's timeline, oldest first. */
    flips: async (name: string, id = 'vip') => {
      const person = await personOf(world, name);
      const { entries } = await queryTimeline(world.ports.table, person.id);
      return entries
        .filter(({ type, data }) => type.startsWith('segment.') && data['segment'] === id)
        .map(({ type, occurredAt }) => ({ type, occurredAt }));
    },
    [Symbol.asyncDispose]: async () => {
      expect(hostile === undefined ? world.failures() : []).toEqual([]);
      expect(world.deadLetters()).toEqual([]);
      await world.close();
    },
  };
}

describe.each(modes)('an edit of a segment, hostile %s', (hostile) => {
  it('greets whom it lets in and takes leave of whom it turns out, when it was asked to', async () => {
    // Only who is in the segment by then is greeted: the new membership serves before it is told.
    await using shop = await aShop(hostile, { include: ['vip'] });
    const edited = shop.world.now();
    expect(await shop.edit(inCity('Riga'), { notify: true })).toMatchObject({ notify: true });
    await shop.world.advance('PT20M');
    await settled(shop.world, hostile);
    expect(shop.mails()).toEqual({ anna: ['hello'], boris: ['farewell'] });
    const [entered, ...more] = await shop.flips('anna');
    expect([entered?.type, more]).toEqual(['segment.entered', []]);
    const [left] = await shop.flips('boris');
    // Both at the one instant at which the new definition came to serve.
    expect(left).toEqual({ type: 'segment.left', occurredAt: entered?.occurredAt });
    // The pass begins after a minute; a hostile world may hold it up.
    const waited = Date.parse(entered?.occurredAt ?? '') - Date.parse(edited);
    expect(hostile === undefined ? waited : Math.min(waited, 60_000)).toBe(60_000);
    expect(await shop.flips('carla')).toEqual([]);
    const annas = await personOf(shop.world, 'anna');
    expect(await membersOf(shop.world, 'vip')).toEqual([annas.id]);
  });

  it('says nothing of it otherwise', async () => {
    await using shop = await aShop(hostile);
    expect(await shop.edit(inCity('Riga'))).toMatchObject({ notify: false });
    await shop.world.advance('PT20M');
    await settled(shop.world, hostile);
    expect(shop.mails()).toEqual({});
    expect(await shop.flips('anna')).toEqual([]);
    const annas = await personOf(shop.world, 'anna');
    expect(await membersOf(shop.world, 'vip')).toEqual([annas.id]);
  });

  it('is told of in the segments that use it, and a new segment tells of its first members', async () => {
    await using shop = await aShop(hostile);
    await shop.edit({ not: { in: 'vip' } }, { notify: true }, 'others');
    await shop.world.advance('PT20M');
    expect((await shop.flips('carla', 'others')).map(({ type }) => type)).toEqual([
      'segment.entered',
    ]);
    expect(await shop.flips('boris', 'others')).toEqual([]);
    await shop.edit(inCity('Riga'), { notify: true });
    await shop.world.advance('PT20M');
    const told = async (name: string) => (await shop.flips(name, 'others')).map(({ type }) => type);
    expect([await told('anna'), await told('boris'), await told('carla')]).toEqual([
      ['segment.entered', 'segment.left'],
      ['segment.entered'],
      ['segment.entered'],
    ]);
  });

  it('lets inputs and time start the same campaigns before, while and after it is applied', async () => {
    await using shop = await aShop(hostile, { include: ['vip'] });
    const moved = (name: string, city: string) => shop.lead(name, { attributes: { city } });
    await shop.edit({ any: [inCity('Riga'), { did: 'Order Completed', within: 'PT1H' }] });
    // Still Oslo that counts: Carla enters by it, and by the new words is out again, in silence.
    await moved('carla', 'Oslo');
    await settled(shop.world, hostile);
    expect((await shop.flips('carla')).map(({ type }) => type)).toEqual(['segment.entered']);
    await shop.world.advance('PT20M');
    await settled(shop.world, hostile);
    await shop.track('boris', 'Order Completed');
    const bought = shop.world.clock.now();
    await settled(shop.world, hostile);
    await shop.world.advance('PT2H');
    await settled(shop.world, hostile);
    expect(shop.mails()).toEqual({ carla: ['hello'], boris: ['hello', 'farewell'] });
    const flips = await shop.flips('boris');
    expect(flips.map(({ type }) => type)).toEqual(['segment.entered', 'segment.left']);
    expect(Date.parse(flips[1]?.occurredAt ?? '') - bought).toBe(3_600_001);
  });
});
