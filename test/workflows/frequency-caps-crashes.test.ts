import { describe, expect, it } from 'vitest';
import type { Run } from '../../shared/domain/campaigns/run.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import { decideRows, reserveRows } from '../../shared/flows/campaigns/reserve-messages.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { getPolicy, savePolicy } from '../../shared/stores/sending-policy.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { allRows, expectCounted } from '../support/caps.ts';
import { aRun, somePeople, standing } from '../support/messaging.ts';
import { modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const night = ['2026-11-25', '2026-11-26'];
const later = { overCap: 'defer', deadline: 'P2D' };
const plans: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['now', {}],
  ['first', { ...later, priority: 9 }],
  ['last', { ...later, priority: 1 }],
];

/** Again, as a queue does, until it is done. */
async function delivered(work: () => Promise<void>, revive: () => void): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      revive();
      if (attempt === 20) throw error;
    }
  }
}

/** One email a day: one goes half an hour before midnight, two wait, and something breaks at one call. */
async function overMidnight(file: string, breaking: Break, hostile: number | undefined) {
  const breaker = new Breaker(breaking);
  const world = await aWorld({
    clock: '2026-11-25T23:30:00.000Z',
    hostile,
    around: (row, ports) => (row.file === file ? breaker.around(ports) : ports),
  });
  const { table } = world.ports;
  const caps = [{ channel: 'email', per: 'day', limit: 1 } as const];
  await savePolicy(table, { ...(await getPolicy(table)), caps }, world.now());
  const people = await somePeople(world, 2);
  const candidates = people.map((profile) => {
    return { profile, plannedAt: world.clock.now(), trigger: '' };
  });
  const ports: Ports = file === 'reserving' ? breaker.around(world.ports) : world.ports;
  const reserveAll = async (run: Run): Promise<void> =>
    reserveRows(await decideRows(run, candidates, ports), ports);
  for (const [campaign, definition] of plans) {
    const run = await aRun(world, { campaign, definition });
    await delivered(
      () => reserveAll(run),
      () => breaker.revive(),
    );
    await world.settle();
  }
  await world.advance('PT40M');
  breaker.revive();
  await world.advance('PT1H');
  return { world, hasBroken: breaker.hasBroken };
}

const went = ['accepted', 'unknown'];
const waits = 'deferred(frequency-cap)';

/** What may have become of each: nobody gets two on a day, nothing is lost, and the day is used. */
function expectKept(rows: readonly Message[]): void {
  const of = (campaign: string) => standing(rows.filter((row) => row.campaign === campaign));
  for (const one of of('now')) expect([...went, 'withheld(frequency-cap)']).toContain(one);
  for (const one of of('first')) expect([...went, waits]).toContain(one);
  for (const one of of('last')) expect([...went, waits]).toContain(one);
  expect(rows).toHaveLength(6);
  for (const own of Map.groupBy(rows, ({ profileId }) => profileId).values()) {
    const days = own.flatMap(({ countedOn }) => countedOn ?? []);
    expect(new Set(days).size).toBe(days.length);
    expect(night).toEqual(expect.arrayContaining(days));
    expect(days).toContain('2026-11-26');
  }
}

/** A kill before a call is one after the call before it. */
const ways: readonly Omit<Break, 'at'>[] = [
  { when: 'after', how: 'kill' },
  { when: 'after', how: 'stumble' },
];
const files = [
  'reserving',
  'functions/messaging/wake-messages.ts',
  'functions/messaging/send-emails.ts',
];
const everywhere = modes
  .slice(0, 2)
  .flatMap((hostile) => files.map((file) => [hostile, file] as const));

describe.each(everywhere)('hostile %s, while %s breaks', (hostile, file) => {
  it.each(ways)(
    'at any call, $when it, by a $how, caps count what went or may have gone, and nothing else',
    async (way) => {
      let hasBroken = true;
      let calls = 0;
      // The first calls are all tried in a calm world, some in a hostile one.
      const step = hostile === undefined ? 4 : 15;
      for (
        let at = hostile === undefined ? 1 : 4;
        hasBroken;
        at += hostile === undefined && at < 9 ? 1 : step
      ) {
        const night = await overMidnight(file, { ...way, at }, hostile);
        await using world = night.world;
        expectKept(await allRows(world));
        await expectCounted(world);
        const ids = world.outbox().map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        ({ hasBroken } = night);
        calls = at;
      }
      expect(calls).toBeGreaterThan(5);
    },
    60_000,
  );
});
