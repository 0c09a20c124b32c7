import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { anOffice } from '../support/campaigns.ts';
import { modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'before', how: 'kill' },
  { when: 'after', how: 'kill' },
  { when: 'before', how: 'stumble' },
  { when: 'after', how: 'stumble' },
];

/** Anna and Boris in Riga, and a marketer. */
async function aTown(around: AroundPorts, hostile: number | undefined) {
  const world = await aWorld({ around, hostile });
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
async function goesOut(town: Town, revive: () => Promise<void>): Promise<void> {
  await town.campaign('march', march);
  await town.launch('march');
  await town.world.advance('PT1H3M');
  await revive();
  await town.world.advance('PT4H');
  expect(await town.state('march')).toBe('completed');
}

/** The same, paused and resumed on its way. */
async function isHeld(town: Town, revive: () => Promise<void>): Promise<void> {
  const quietHours = { from: '12:30', to: '20:00' };
  await town.campaign('march', { ...march, quietHours });
  await town.launch('march');
  await town.world.advance('PT2H');
  await town.act('march', 'pause');
  await town.world.advance('PT12H');
  expect(town.inbox()).toEqual({});
  await town.act('march', 'resume');
  await town.world.advance('PT3M');
  await revive();
  await town.world.advance('PT3H');
}

/** Carts are left behind. */
async function reminds(town: Town, revive: () => Promise<void>): Promise<void> {
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
  await revive();
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

// Every call is tried in a world of its own: one hostile seed is what the time allows.
const everywhere = modes
  .slice(0, 2)
  .flatMap((hostile) => cases.map((one) => [hostile, ...one] as const));

describe.each(everywhere)('hostile %s, while %s breaks', (hostile, file, does, story, ways) => {
  it.each(ways)(
    `at any call, $when it, by a $how, a campaign ${does} once to everyone`,
    async (how) => {
      let hasBroken = true;
      let calls = 0;
      const step = hostile === undefined ? 11 : 23;
      for (let at = 1; hasBroken; at += at < 10 ? 1 : step) {
        const breaker = new Breaker({ at, ...how });
        const town = await aTown(
          (row, ports) => (row.file === file ? breaker.around(ports) : ports),
          hostile,
        );
        await story(town, async () => {
          // Hostile ticks come late: the function must have had its chance to break.
          const minutes = hostile === undefined ? 0 : 30;
          for (let minute = 0; minute < minutes && !breaker.hasBroken; minute += 1) {
            await town.world.advance('PT1M');
          }
          if (hostile !== undefined) await town.world.advance('PT3M');
          breaker.revive();
        });
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

describe.each(modes)('a launch that is cut off, hostile %s', (hostile) => {
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
    }, hostile);
    await town.campaign('march', march);
    const path = '/admin/campaigns/march/launch';
    let status = 503;
    // Too busy is no answer yet.
    while (status === 503) ({ status } = await town.world.request('POST', path, { admin: true }));
    expect(status).toBe(500);
    isBroken = false;
    await town.world.advance('PT2H');
    expect(town.inbox()).toEqual({ anna: 1, boris: 1 });
    await town.world.close();
  });
});
