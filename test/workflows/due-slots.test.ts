import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { shardOf } from '../../shared/domain/identity/hash.ts';
import type { Check, Item, Write } from '../../shared/ports/table.ts';
import { dueKinds } from '../../shared/stores/due-slots.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';
import { modes } from '../support/modes.ts';
import {
  act,
  caughtUp,
  inCity,
  orders,
  pick,
  somePeople,
  spent,
} from '../support/segment-cases.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

const sweep = 'functions/time/sweep-due-slots.ts';
const reviews = 'functions/segments/review-profiles.ts';
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** What the tick sends, and whom the reviews write, in order. */
function observer() {
  const sent: string[] = [];
  const written: Item[] = [];
  const note = (actions: readonly (Write | Check)[]): void => {
    for (const action of actions) {
      if (action.kind === 'put' && action.table === 'profiles') written.push(action.item);
    }
  };
  const around: AroundPorts = (row, ports) => {
    if (row.file === sweep) {
      const send: typeof ports.queue.send = async (queue, messages) => {
        await ports.queue.send(queue, messages);
        sent.push(...messages.map(({ body }) => JSON.stringify(body)));
      };
      return { ...ports, queue: { send } };
    }
    if (row.file !== reviews) return ports;
    const table: typeof ports.table = {
      ...ports.table,
      write: async (write) => {
        const result = await ports.table.write(write);
        if (result.kind === 'written') note([write]);
        return result;
      },
      transact: async (actions) => {
        const result = await ports.table.transact(actions);
        if (result.kind === 'written') note(actions);
        return result;
      },
    };
    return { ...ports, table };
  };
  return { sent, written, around };
}

/** People whose order a week ago takes them out of `fresh`, one every four minutes of the day that comes. */
async function leavers(site: Awaited<ReturnType<typeof aSite>>, count: number): Promise<void> {
  const batch = Array.from({ length: count }, (_, n) => ({
    type: 'track',
    userId: `c-${n}`,
    event: 'Order Completed',
    timestamp: new Date(
      Date.parse(startOfWorld) - 7 * dayMs + (4 * n + 2) * minuteMs,
    ).toISOString(),
  }));
  for (let from = 0; from < count; from += 100) {
    await site.post('/v1/batch', { batch: batch.slice(from, from + 100) });
  }
}

describe.each(modes)('after an outage of a day, hostile %s', (hostile) => {
  it('everybody leaves once, at their own instant, and the backlog is sent for once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'perennial-'));
    const count = 300;
    {
      await using world = await aWorld({ directory, hostile });
      const site = await aSite(world);
      await site.segment('fresh', { did: 'Order Completed', within: 'P7D' });
      await built(world);
      await leavers(site, count);
      await world.settle();
      expect(await membersOf(world, 'fresh')).toHaveLength(count);
    }
    const { sent, written, around } = observer();
    const clock = new Date(Date.parse(startOfWorld) + dayMs).toISOString();
    await using world = await aWorld({ directory, hostile, clock, around });
    await world.settle();
    await world.advance('PT20M');
    await caughtUp(world);
    expect(await membersOf(world, 'fresh')).toEqual([]);
    for (const n of [0, 1, 150, 299]) {
      const { id } = await personOf(world, `c-${n}`);
      const { entries } = await queryTimeline(world.ports.table, id);
      const left = entries.filter(({ type }) => type === 'segment.left');
      const at = Date.parse(startOfWorld) + (4 * n + 2) * minuteMs + 1;
      expect(left.map(({ occurredAt }) => occurredAt)).toEqual([new Date(at).toISOString()]);
    }
    expect(written).toHaveLength(count);
    rmSync(directory, { recursive: true });
    if (hostile !== undefined) return; // what a hostile world repeats is sent for again
    const reviewed = sent.filter((body) => body.includes('review#'));
    expect(reviewed.toSorted()).toEqual(
      Array.from({ length: 16 }, (_, slot) => `{"slot":"review#${slot}"}`).toSorted(),
    );
    const order = await Promise.all(
      Array.from({ length: count }, async (_, n) => (await personOf(world, `c-${n}`)).id),
    );
    const slots = Map.groupBy(written, ({ pk }) => (pk === undefined ? '' : slotOf(pk)));
    expect(slots.size).toBe(16);
    for (const items of slots.values()) {
      const places = items.map(({ pk }) => order.indexOf(pk));
      expect(places).toEqual(places.toSorted((one, other) => one - other));
    }
  });
});

const slotOf = (id: string): string => String(shardOf(id, dueKinds.reviews.slots));

describe('the minute tick', () => {
  const due = async (around: AroundPorts) => {
    const world = await aWorld({ around });
    const site = await aSite(world);
    await site.segment('fresh', { did: 'Order Completed', within: 'P7D' });
    await built(world);
    await leavers(site, 1);
    await world.settle();
    return world;
  };

  it('sends for nobody while a worker is at the slot', async () => {
    const { sent, around } = observer();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using world = await due((row, ports) => {
      const observed = around(row, ports);
      if (row.file !== reviews) return observed;
      const table: typeof ports.table = {
        ...observed.table,
        due: async (...of) => {
          begun.resolve();
          await gate.promise;
          return observed.table.due(...of);
        },
      };
      return { ...observed, table };
    });
    const advanced = world.advance('PT3M');
    await begun.promise;
    for (let tick = 0; tick < 3; tick += 1) {
      expect(await world.invoke(sweep, {})).toEqual({ enqueued: 0 });
    }
    gate.resolve();
    await advanced;
    expect(sent).toHaveLength(1);
    expect(await membersOf(world, 'fresh')).toEqual([]);
  });

  it('sends for nobody while its message waits, and makes up for a lost one after five minutes', async () => {
    let lost = 0;
    await using world = await due((row, ports) => ({
      ...ports,
      queue: {
        send: async (queue, messages) => {
          const isLost = row.file === sweep && lost === 0 && messages.length > 0;
          if (isLost) lost += messages.length;
          else await ports.queue.send(queue, messages);
        },
      },
    }));
    await world.advance('PT3M');
    expect(lost).toBe(1);
    await world.advance('PT4M');
    expect(await membersOf(world, 'fresh')).toHaveLength(1);
    await world.advance('PT2M');
    expect(await membersOf(world, 'fresh')).toEqual([]);
  });

  it('sends again a minute later when the queue took nothing', async () => {
    let refused = 0;
    await using world = await due((row, ports) => ({
      ...ports,
      queue: {
        send: async (queue, messages) => {
          const isRefused = row.file === sweep && refused === 0 && messages.length > 0;
          if (!isRefused) return ports.queue.send(queue, messages);
          refused += 1;
          throw new Error('The queue is away.');
        },
      },
    }));
    await world.advance('PT3M');
    expect([refused, (await membersOf(world, 'fresh')).length]).toEqual([1, 1]);
    await world.advance('PT1M');
    expect(await membersOf(world, 'fresh')).toEqual([]);
  });

  it('looks after all other slots when one cannot be looked at', async () => {
    const { sent, around } = observer();
    await using world = await due((row, ports) => {
      const observed = around(row, ports);
      if (row.file !== sweep) return observed;
      const table: typeof ports.table = {
        ...observed.table,
        due: async (name, query) => {
          if (query.slot === 'message#3') throw new Error('This one is away.');
          return observed.table.due(name, query);
        },
      };
      return { ...observed, table };
    });
    await world.advance('PT3M');
    expect(sent).toHaveLength(1);
    expect(await membersOf(world, 'fresh')).toEqual([]);
    expect(world.failures().length).toBeGreaterThan(0);
  });
});

describe('idle work', () => {
  it('is at most one look at a person for each instant that was armed', async () => {
    const dice = createHostility(7);
    /** How often a person was looked at, by the due instant for which. */
    const looks = new Map<string, number>();
    const armed = new Set<string>();
    const name = ({ pk, dueAt }: Item): string => JSON.stringify([pk, dueAt]);
    const arm = (actions: readonly (Write | Check)[]): void => {
      for (const action of actions) if (action.kind === 'put') armed.add(name(action.item));
    };
    const around: AroundPorts = (row, ports) => ({
      ...ports,
      table: {
        ...ports.table,
        write: (write) => {
          arm([write]);
          return ports.table.write(write);
        },
        transact: (actions) => {
          arm(actions);
          return ports.table.transact(actions);
        },
        batchGet: async (table, keys, options) => {
          const items = await ports.table.batchGet(table, keys, options);
          if (row.file === reviews) {
            for (const item of items) looks.set(name(item), (looks.get(name(item)) ?? 0) + 1);
          }
          return items;
        },
      },
    });
    await using world = await aWorld({ around });
    const site = await aSite(world);
    const people = await somePeople(site, 12);
    const cases = { city: inCity('Riga'), loyal: orders(10, 1), spender: spent(45, 20) };
    for (const [id, { rule }] of Object.entries(cases)) await site.segment(id, rule);
    await site.segment('lapsed', { all: [cases.loyal.rule, { not: cases.spender.rule }] });
    await built(world);
    for (let step = 0; step < 60; step += 1) {
      for (let acts = dice.integer(4); acts > 0; acts -= 1) {
        await act(world, site, pick(dice, people), dice);
      }
      await world.advance(pick(dice, ['PT1H', 'P1D', 'P9D', 'P30D']));
    }
    expect(looks.size).toBeGreaterThan(50);
    expect([...looks.values()].every((count) => count === 1)).toBe(true);
    expect([...looks.keys()].filter((look) => !armed.has(look))).toEqual([]);
  });
});
