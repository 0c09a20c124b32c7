import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import type { World } from '../../infra/local/world.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { type Message, messageId } from '../../shared/domain/messaging/message.ts';
import { paceAt } from '../../shared/domain/messaging/pace/sending-rate.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { getBucket } from '../../shared/stores/sending-rates.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, standing } from '../support/messaging.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const quota = { perSecond: 14, perDay: 50_000, sentLastDay: 0 };

/** Time passes for who waits: a clock that stands still would have nobody wait. */
const passing = (clock: Clock): Clock => ({
  now: () => clock.now(),
  sleep: async (ms) => {
    const until = clock.now() + Math.round(ms * 1.3);
    await clock.sleep(ms);
    if (clock instanceof VirtualClock && clock.now() < until) clock.set(until);
  },
});

const timePasses: AroundPorts = (_, ports) => ({ ...ports, clock: passing(ports.clock) });

/** Few messages to a body, so that many senders are at it at once. */
async function handToMany(world: World, rows: readonly Message[]): Promise<void> {
  const bodies = Array.from({ length: Math.ceil(rows.length / 3) }, (_, index) => ({
    body: { messages: rows.slice(index * 3, index * 3 + 3).map(messageId) },
  }));
  await world.ports.queue.send('emails', bodies);
}

/** The most emails that went out within any second, its end left out. */
function busiestSecond(world: World): number {
  const instants = world.outbox().map(({ at }) => Date.parse(at));
  return Math.max(
    ...instants.map((from) => instants.filter((at) => at >= from && at < from + 1_000).length),
  );
}

describe.each(modes)('the account’s rate, hostile %s', (hostile) => {
  it('is never passed in any second, however many send at once, and everybody gets one', async () => {
    await using world = await aWorld({ hostile, emailQuota: () => quota, around: timePasses });
    const run = await aRun(world);
    await handToMany(world, await reserve(world, run, await somePeople(world, 90)));
    await world.advance('PT2H');
    expect(busiestSecond(world)).toBeLessThanOrEqual(14);
    expect(new Set(world.outbox().map(({ id }) => id)).size).toBe(90);
    expect(world.outbox()).toHaveLength(90);
    expect(new Set(standing(await ledgerOf(world, run)))).toEqual(new Set(['accepted']));
  });

  it('of one a second is kept by calls of one', async () => {
    const sizes: number[] = [];
    await using world = await aWorld({
      hostile,
      emailQuota: () => ({ ...quota, perSecond: 1 }),
      around: (row, ports) => ({
        ...timePasses(row, ports),
        email: {
          ...ports.email,
          send: (emails) => {
            sizes.push(emails.length);
            return ports.email.send(emails);
          },
        },
      }),
    });
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 8)));
    await world.advance('PT2H');
    expect(busiestSecond(world)).toBe(1);
    expect(new Set(sizes)).toEqual(new Set([1]));
    expect(world.outbox()).toHaveLength(8);
  });

  it('makes nobody wait who finds room later: messages are handed out again, unclaimed', async () => {
    await using world = await aWorld({ hostile, emailQuota: () => quota });
    const run = await aRun(world);
    const rows = await reserve(world, run, await somePeople(world, 30));
    await handOver(world, rows);
    await world.settle();
    const states = standing(await ledgerOf(world, run));
    expect(states).toContain('reserved');
    expect(states.filter((state) => state !== 'accepted' && state !== 'reserved')).toEqual([]);
    await world.advance('PT2H');
    expect(new Set(standing(await ledgerOf(world, run)))).toEqual(new Set(['accepted']));
    expect(world.outbox()).toHaveLength(30);
  });
});

describe.each(modes)('the quota, hostile %s', (hostile) => {
  it('is asked for by one of many senders, every five minutes at most', async () => {
    const asked: number[] = [];
    await using world: World & AsyncDisposable = await aWorld({
      hostile,
      emailQuota: () => {
        asked.push(world.clock.now());
        return { ...quota, perSecond: 1_000 };
      },
    });
    const run = await aRun(world);
    const people = await somePeople(world, 36);
    await handToMany(world, await reserve(world, run, people));
    await world.advance('PT4M');
    expect(asked).toHaveLength(1);
    expect(world.outbox().length).toBeGreaterThan(0);
    const again = await aRun(world, { campaign: 'again' });
    await world.advance('PT2M');
    await handToMany(world, await reserve(world, again, people));
    await world.advance('PT4M');
    expect(asked.length).toBeGreaterThan(1);
    for (const [index, at] of asked.entries()) {
      expect(at - (asked[index - 1] ?? 0)).toBeGreaterThanOrEqual(5 * 60_000);
    }
  });

  it('holds as last told when the provider does not say', async () => {
    let isAway = false;
    await using world = await aWorld({
      hostile,
      around: timePasses,
      emailQuota: () => {
        if (isAway) throw new Error('socket hang up');
        return quota;
      },
    });
    const people = await somePeople(world, 60);
    const run = await aRun(world);
    await handToMany(world, await reserve(world, run, people.slice(0, 1)));
    await world.advance('PT10M');
    isAway = true;
    await handToMany(world, await reserve(world, run, people.slice(1)));
    await world.advance('PT2H');
    expect(world.outbox()).toHaveLength(60);
    expect(busiestSecond(world)).toBeLessThanOrEqual(14);
  });

  it('that never came holds up nobody', async () => {
    await using world = await aWorld({
      hostile,
      emailQuota: () => {
        throw new Error('AccessDenied');
      },
    });
    const run = await aRun(world);
    await handToMany(world, await reserve(world, run, await somePeople(world, 30)));
    await settled(world, hostile);
    await world.advance('PT1M');
    expect(world.outbox()).toHaveLength(30);
  });
});

describe.each(modes)('the account’s day, hostile %s', (hostile) => {
  it('is not passed: marketing waits, transactional emails have the rest', async () => {
    let isNextDay = false;
    await using world = await aWorld({
      hostile,
      emailQuota: () => ({ perSecond: 1_000, perDay: 200, sentLastDay: isNextDay ? 0 : 190 }),
    });
    const people = await somePeople(world, 15);
    const offers = await aRun(world);
    await handOver(world, await reserve(world, offers, people));
    await world.advance('PT2M');
    const sentOf = (campaign: string) =>
      world.outbox().filter(({ tags }) => tags['campaign'] === campaign).length;
    // What a hostile provider refuses has used up its place until the quota is read again.
    const all = (places: number) => (hostile === undefined ? [places] : [1, 2, 3, 4, 5, 6]);
    expect(all(6)).toContain(sentOf('spring'));
    const receipts = await aRun(world, {
      campaign: 'receipts',
      definition: {
        kind: 'transactional',
        topic: undefined,
        audience: undefined,
        schedule: { on: 'Order Completed' },
      },
    });
    await handOver(world, await reserve(world, receipts, people.slice(0, 3)));
    await world.advance('PT2M');
    expect(all(3)).toContain(sentOf('receipts'));
    expect(sentOf('spring')).toBeLessThanOrEqual(6);
    isNextDay = true;
    await world.advance('PT3H');
    expect(world.outbox()).toHaveLength(18);
    expect(new Set(standing(await ledgerOf(world, offers)))).toEqual(new Set(['accepted']));
  });
});

describe('a provider that finds it too fast', () => {
  it('is sent to at half the pace, and in ten minutes as before', async () => {
    let refusals = 5;
    await using world = await aWorld({
      emailQuota: () => quota,
      around: timePasses,
      emailAnswer: () =>
        refusals-- > 0
          ? { kind: 'throttled', reason: 'ACCOUNT_THROTTLED', tooFast: true }
          : undefined,
    });
    const run = await aRun(world);
    await handToMany(world, await reserve(world, run, await somePeople(world, 60)));
    await world.settle();
    const { table } = world.ports;
    const pace = paceAt(await getBucket(table, 0), world.clock.now());
    expect(pace).toBeGreaterThanOrEqual(0.5);
    expect(pace).toBeLessThan(0.7);
    await world.advance('PT1H');
    expect(paceAt(await getBucket(table, 0), world.clock.now())).toBe(1);
    expect(world.outbox()).toHaveLength(60);
  });
});
