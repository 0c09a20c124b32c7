import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import {
  aRun,
  handOver,
  ledgerOf,
  reserve,
  somePeople,
  standing,
  timelineOf,
} from '../support/messaging.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

async function sentTexts(world: World, hostile?: number, people = 1) {
  const run = await aRun(world, { channel: 'sms' });
  await handOver(world, await reserve(world, run, await somePeople(world, people)));
  await settled(world, hostile);
  return run;
}

const tell = async (world: World, type: string, place = 0) => {
  const { id } = world.outbox()[place] ?? {};
  return ask(world, 'POST', '/local/feedback', { body: { message: id, type } });
};

describe.each(modes)('what the carrier says of an SMS, hostile %s', (hostile) => {
  it('stands on its message with what it cost, however often it is told', async () => {
    await using world = await aWorld({ hostile });
    const run = await sentTexts(world, hostile);
    await world.advance('PT1M');
    for (let times = 0; times < 3; times += 1) {
      expect((await tell(world, 'delivery')).status).toBe(202);
    }
    await settled(world, hostile);
    const [row] = await ledgerOf(world, run);
    expect(row).toMatchObject({ state: 'delivered', cost: { amount: '0.05', currency: 'USD' } });
    expect((await timelineOf(world, row?.profileId ?? '')).map(({ type }) => type)).toEqual([
      'message.sent',
      'message.delivered',
    ]);
  });

  it('that did not arrive stands with the reason', async () => {
    await using world = await aWorld({ hostile });
    const run = await sentTexts(world, hostile);
    await world.advance('PT1M');
    await tell(world, 'failure');
    await settled(world, hostile);
    expect(standing(await ledgerOf(world, run))).toEqual([
      'rejected(Phone is currently unreachable/unavailable)',
    ]);
  });
});

describe('what the carrier says of an SMS', () => {
  it('after it was delivered takes nothing back', async () => {
    await using world = await aWorld();
    const run = await sentTexts(world);
    await tell(world, 'delivery');
    await tell(world, 'failure');
    await world.settle();
    expect(standing(await ledgerOf(world, run))).toEqual(['delivered']);
  });

  it('is no open and no bounce: those are of emails', async () => {
    await using world = await aWorld();
    await sentTexts(world);
    expect((await tell(world, 'open')).status).toBe(422);
  });
});
