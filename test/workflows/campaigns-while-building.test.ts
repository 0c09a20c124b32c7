import { describe, expect, it } from 'vitest';
import { anOffice } from '../support/campaigns.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const inCity = (city: string) => ({ attribute: 'city', equals: city });
const audience = { include: ['mine'] };

/** Anna and Boris in Riga, Clara in Oslo; `mine` are those in Riga. An edit is applied after a minute. */
async function aShop(hostile: number | undefined) {
  const world = await aWorld({ hostile, settings: { rulesSettleSeconds: 60 } });
  const office = await anOffice(world);
  await office.lead('anna', { attributes: { city: 'Riga' } });
  await office.lead('boris', { attributes: { city: 'Riga' } });
  await office.lead('clara', { attributes: { city: 'Oslo' } });
  await office.template('hello');
  const edit = async (city: string): Promise<void> => {
    await office.done('PUT', '/admin/segments/mine', { name: 'mine', rule: inCity(city) });
  };
  await edit('Riga');
  await world.advance('PT20M');
  return {
    ...office,
    world,
    edit,
    [Symbol.asyncDispose]: async () => {
      expect(hostile === undefined ? world.failures() : []).toEqual([]);
      await world.close();
    },
  };
}

describe.each(modes)('a campaign to a segment that is building, hostile %s', (hostile) => {
  it('is refused with how far it has come, and reaches the whole new audience when it is ready', async () => {
    await using shop = await aShop(hostile);
    await shop.campaign('march', { audience, schedule: { at: '2026-11-25T13:00' } });
    await shop.edit('Oslo');
    const refused = await shop.refused('POST', '/admin/campaigns/march/launch');
    expect(refused.status).toBe(409);
    expect(refused.detail).toContain('"mine" is still building (0 of about 3 people looked at)');
    await shop.world.advance('PT20M');
    await shop.launch('march');
    await shop.world.advance('PT2H');
    expect(shop.inbox()).toEqual({ clara: 1 });
  });

  it('goes out at its hour to those whom the old definition finds, and next time to the others', async () => {
    await using shop = await aShop(hostile);
    await shop.campaign('daily', { audience, schedule: { cron: '0 13 * * ? *' } });
    await shop.launch('daily');
    const toThirteen = Date.parse('2026-11-25T13:00:00Z') - shop.world.clock.now();
    await shop.world.advance(`PT${toThirteen / 1000 - 30}S`);
    await shop.edit('Oslo');
    // At 13:00 the edit waits for its pass: who moves by then is in or out by the old words.
    await shop.lead('boris', { attributes: { city: 'Rome' } });
    await settled(shop.world, undefined);
    await shop.world.advance('PT20M');
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ anna: 1 });
    await shop.world.advance('P1D');
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ anna: 1, clara: 1 });
  });

  it('answers events of those whom the old definition finds, until the new one serves', async () => {
    await using shop = await aShop(hostile);
    const schedule = { on: 'Order Completed' };
    await shop.campaign('thanks', { audience, schedule });
    await shop.launch('thanks');
    await shop.edit('Oslo');
    await shop.track('anna', 'Order Completed');
    await shop.track('clara', 'Order Completed');
    await settled(shop.world, undefined);
    expect((await shop.done('GET', '/admin/segments/mine'))['state']).toBe('building');
    await shop.world.advance('PT20M');
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ anna: 1 });
    await shop.track('boris', 'Order Completed');
    await shop.track('clara', 'Order Completed');
    await shop.world.advance('PT20M');
    await settled(shop.world, hostile);
    expect(shop.inbox()).toEqual({ anna: 1, clara: 1 });
  });
});
