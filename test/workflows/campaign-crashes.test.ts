import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'kill' },
  { when: 'after', how: 'kill' },
  { when: 'before', how: 'stumble' },
  { when: 'after', how: 'stumble' },
];

/** Anna and Boris in Riga, and a marketer. */
async function aTown(around: AroundPorts) {
  const world = await aWorld({ around });
  const office = await anOffice(world);
  for (const name of ['anna', 'boris']) await office.lead(name, { attributes: { city: 'Riga' } });
  await office.template('hello');
  await office.segment('riga', { attribute: 'city', equals: 'Riga' });
  return { ...office, world };
}
type Town = Awaited<ReturnType<typeof aTown>>;

const march = { audience: { include: ['riga'] }, schedule: { at: '2026-11-25T13:00' } };
const unless = { did: 'Order Completed', since: 'trigger' };

/** A campaign goes out on time; at its worst moment a function is gone for some minutes. */
async function goesOut(town: Town, revive: () => void): Promise<void> {
  await town.campaign('march', march);
  await town.launch('march');
  await town.world.advance('PT1H3M');
  revive();
  await town.world.advance('PT4H');
  expect(await town.state('march')).toBe('completed');
}

/** The same, paused and resumed on its way. */
async function isHeld(town: Town, revive: () => void): Promise<void> {
  const quietHours = { from: '12:30', to: '20:00' };
  await town.campaign('march', { ...march, quietHours });
  await town.launch('march');
  await town.world.advance('PT2H');
  await town.act('march', 'pause');
  await town.world.advance('PT12H');
  expect(town.inbox()).toEqual({});
  await town.act('march', 'resume');
  await town.world.advance('PT3M');
  revive();
  await town.world.advance('PT3H');
}

/** Carts are left behind. */
async function reminds(town: Town, revive: () => void): Promise<void> {
  const schedule = {
    on: 'Product Added',
    delay: 'PT2H',
    unless,
    repeat: 'restart',
    cooldown: 'P1D',
  };
  await town.campaign('reminder', { schedule });
  await town.launch('reminder');
  for (const name of ['anna', 'boris']) await town.track(name, 'Product Added');
  await town.world.advance('PT2H3M');
  revive();
  await town.world.advance('PT3H');
}

const stumbles = breaks.filter(({ how }) => how === 'stumble');

/** An event that kills its function twenty times is a dead letter, to be handed back by hand. */
const cases = [
  ['functions/campaigns/run-campaign.ts', 'goes out', goesOut, breaks],
  ['functions/campaigns/expand-audience.ts', 'goes out', goesOut, breaks],
  ['functions/campaigns/run-campaign.ts', 'is held and resumed', isHeld, stumbles],
  ['functions/campaigns/start-from-event.ts', 'reminds', reminds, stumbles],
  ['functions/campaigns/end-delays.ts', 'reminds', reminds, breaks],
] as const;

describe.each(cases)('while %s breaks', (file, does, story, ways) => {
  it.each(ways)(
    `at any call, $when it, by a $how, a campaign ${does} once to everyone`,
    async (how) => {
      let hasBroken = true;
      let calls = 0;
      for (let at = 1; hasBroken; at += at < 10 ? 1 : 11) {
        const breaker = new Breaker({ at, ...how });
        const town = await aTown((row, ports) =>
          row.file === file ? breaker.around(ports) : ports,
        );
        await story(town, () => breaker.revive());
        expect([at, town.inbox()]).toEqual([at, { anna: 1, boris: 1 }]);
        await town.world.close();
        ({ hasBroken } = breaker);
        calls = at;
      }
      expect(calls).toBeGreaterThan(5);
    },
    120_000,
  );
});

describe('a launch that is cut off', () => {
  it('is completed by the tick, even when nobody repeats it', async () => {
    let isBroken = true;
    const town = await aTown((row, ports) => {
      if (row.file !== 'functions/http/admin.ts') return ports;
      const broken = async (): Promise<void> => {
        throw new Error('The scheduler is away.');
      };
      const schedules = {
        ...ports.schedules,
        putSchedule: (schedule: Parameters<typeof ports.schedules.putSchedule>[0]) =>
          isBroken ? broken() : ports.schedules.putSchedule(schedule),
      };
      return { ...ports, schedules };
    });
    await town.campaign('march', march);
    const answer = await town.world.request('POST', '/admin/campaigns/march/launch', {
      admin: true,
    });
    expect(answer.status).toBe(500);
    isBroken = false;
    await town.world.advance('PT2H');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    await town.world.close();
  });
});
