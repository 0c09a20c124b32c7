import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { type Message, messageId } from '../../shared/domain/messaging/message.ts';
import { getWarmUpCounts } from '../../shared/stores/warm-up-counts.ts';
import { type Break, Breaker } from '../support/breaking-ports.ts';
import { aRun, handOver, ledgerOf, reserve, somePeople, standing } from '../support/messaging.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

const warmUp = { from: '2026-11-25', curve: [5, 9] };

async function warmedUp(world: World, policy = { warmUp }): Promise<void> {
  const answer = await ask(world, 'PUT', '/admin/sending-policy', { admin: true, body: policy });
  expect(answer.status).toBe(200);
}

/** One message to a body, so that many senders are at it at once. */
async function handToMany(world: World, rows: readonly Message[]): Promise<void> {
  const bodies = rows.map((row) => ({ body: { messages: [messageId(row)] } }));
  await world.ports.queue.send('emails', bodies);
}

/** Emails by the day they went out on. */
function byDay(world: World): Readonly<Record<string, number>> {
  const days = Map.groupBy(world.outbox(), ({ at }) => at.slice(0, 10));
  return Object.fromEntries([...days].map(([day, emails]) => [day, emails.length]));
}

const transactional = {
  kind: 'transactional',
  topic: undefined,
  audience: undefined,
  schedule: { on: 'Order Completed' },
};

describe.each(modes)('a new sender, hostile %s', (hostile) => {
  it('sends no more on a day than its curve says, and the rest on the days after', async () => {
    await using world = await aWorld({ hostile });
    await warmedUp(world);
    const run = await aRun(world);
    await handToMany(world, await reserve(world, run, await somePeople(world, 20)));
    await settled(world, hostile);
    const states = standing(await ledgerOf(world, run));
    expect(states.filter((state) => state === 'deferred(warm-up)').length).toBeGreaterThan(0);
    await world.advance('P3D');
    const days = byDay(world);
    const most = { '2026-11-25': 5, '2026-11-26': 9, '2026-11-27': 6 };
    // What a hostile provider refuses may find its day full when it comes again.
    expect(days).toEqual(hostile === undefined ? most : days);
    expect(days['2026-11-25']).toBeLessThanOrEqual(5);
    expect(days['2026-11-26']).toBeLessThanOrEqual(9);
    expect(world.outbox()).toHaveLength(20);
    expect(new Set(standing(await ledgerOf(world, run)))).toEqual(new Set(['accepted']));
  });

  it('lets transactional emails go at once, and counts them', async () => {
    await using world = await aWorld({ hostile });
    await warmedUp(world);
    const people = await somePeople(world, 8);
    const receipts = await aRun(world, { campaign: 'receipts', definition: transactional });
    await handOver(world, await reserve(world, receipts, people));
    await settled(world, hostile);
    expect(world.outbox()).toHaveLength(8);
    const offers = await aRun(world);
    await handOver(world, await reserve(world, offers, people));
    await settled(world, hostile);
    expect(new Set(standing(await ledgerOf(world, offers)))).toEqual(
      new Set(['deferred(warm-up)']),
    );
  });

  it('withholds what would be too late on the next day', async () => {
    await using world = await aWorld({ hostile });
    await warmedUp(world);
    const run = await aRun(world);
    const deadline = new Date(world.clock.now() + 10 * 60 * 60_000).toISOString();
    await handOver(world, await reserve(world, run, await somePeople(world, 7), { deadline }));
    await settled(world, hostile);
    await world.advance('P1D');
    const states = standing(await ledgerOf(world, run));
    expect(states.filter((state) => state === 'accepted').length).toBeLessThanOrEqual(5);
    expect(new Set(states)).toEqual(new Set(['accepted', 'withheld(deadline)']));
  });

  it('does not lose the room of what the provider did not take', async () => {
    let refusals = 12;
    await using world = await aWorld({
      hostile,
      emailAnswer: () =>
        refusals-- > 0 ? { kind: 'throttled', reason: 'ACCOUNT_THROTTLED' } : undefined,
    });
    await warmedUp(world);
    const run = await aRun(world);
    await handOver(world, await reserve(world, run, await somePeople(world, 4)));
    await world.advance(hostile === undefined ? 'PT8H' : 'P2D');
    expect(world.outbox()).toHaveLength(4);
    if (hostile !== undefined) return; // Where two at once have a message, one may find the day full.
    const counts = await getWarmUpCounts(world.ports.table, '2026-11-25');
    expect(counts.get(0)?.emails).toBe(4);
  });
});

const breaks: readonly Omit<Break, 'at'>[] = [
  { when: 'after', how: 'kill' },
  { when: 'before', how: 'stumble' },
];

describe('a sender cut off at any call, with a rate, a day and a warm-up to keep', () => {
  it.each(breaks)(
    '$when it has its effect ($how): nobody gets two, nothing is stuck',
    async (kind) => {
      let at = 0;
      for (let reached = true; reached; ) {
        at += 1;
        const breaker = new Breaker({ ...kind, at });
        await using world = await aWorld({
          emailQuota: () => ({ perSecond: 14, perDay: 200, sentLastDay: 0 }),
          around: (row, ports) =>
            row.file === 'functions/messaging/send-emails.ts' ? breaker.around(ports) : ports,
        });
        await warmedUp(world, { warmUp: { from: '2026-11-25', curve: [2, 2, 2, 2, 2] } });
        const run = await aRun(world);
        await handOver(world, await reserve(world, run, await somePeople(world, 3)));
        await world.settle();
        breaker.revive();
        await world.advance('P4D');
        reached = breaker.hasBroken;
        const ids = world.outbox().map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [day, emails] of Object.entries(byDay(world))) {
          expect([day, emails <= 2]).toEqual([day, true]);
        }
        for (const row of await ledgerOf(world, run)) {
          const wasSent = ids.includes(messageId(row));
          expect(row.state).toBe(wasSent ? 'accepted' : 'failed');
        }
      }
      expect(at).toBeGreaterThan(15);
    },
  );
});
