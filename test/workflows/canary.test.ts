import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { canaryDays, canaryId, canaryLateMs } from '../../shared/domain/canary/canary.ts';
import { aBusListener } from '../support/bus-listener.ts';
import { anOffice } from '../support/campaigns.ts';
import {
  canaryEar,
  canaryEntries,
  postCanary,
  postCanaryAtLast,
  storedCanary,
} from '../support/canary.ts';
import { modes, settled } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('the canary, hostile %s', (hostile) => {
  it('comes out at the other end, every time', async () => {
    const { published, around } = aBusListener();
    await using world = await aWorld({ hostile, around });
    using ear = await canaryEar();
    for (let time = 1; time <= 5; time += 1) {
      await postCanaryAtLast(world);
      await settled(world, hostile);
      expect(published.size).toBe(time);
      expect(ear.heard().length).toBeGreaterThanOrEqual(time);
      await world.advance('PT5M');
    }
    expect(Math.min(...ear.heard())).toBeLessThan(canaryLateMs);
    const types = [...published.values()].map(({ type, profileId }) => [type, profileId]);
    expect(types).toEqual(Array.from({ length: 5 }, () => ['canary.captured', 'canary']));
    expect(world.deadLetters()).toEqual([]);
  });

  it('stays small for ever, and what it leaves on the timeline goes', async () => {
    await using world = await aWorld({ hostile });
    await postCanaryAtLast(world);
    await settled(world, hostile);
    const first = await storedCanary(world);
    expect(Object.keys(first).toSorted()).toEqual(
      [
        'attributes',
        'consents',
        'createdAt',
        'identifiers',
        'pk',
        'segments',
        'updatedAt',
        'version',
      ].toSorted(),
    );
    for (let time = 0; time < 5; time += 1) {
      await world.advance('PT5M');
      await postCanaryAtLast(world);
    }
    await settled(world, hostile);
    const last = await storedCanary(world);
    expect(last).toEqual({ ...first, version: 6, updatedAt: last['updatedAt'] });
    const entries = await canaryEntries(world);
    expect(entries).toHaveLength(6);
    const seconds = Date.parse(world.now()) / 1000;
    for (const { expiresAt } of entries) {
      expect(expiresAt).toBeLessThanOrEqual(seconds + canaryDays * 86_400);
    }
  });

  it('is one lead, though the schedule fires twice for an instant', async () => {
    await using world = await aWorld({ hostile });
    await postCanaryAtLast(world);
    await postCanaryAtLast(world);
    await settled(world, hostile);
    expect(await canaryEntries(world)).toHaveLength(1);
  });
});

describe('a local world', () => {
  it('has no canary: no page, demo or measurement of it has one lead too many', async () => {
    await using world = await aWorld();
    await world.advance('PT1H');
    expect(await world.ports.table.get('profiles', { pk: canaryId })).toBeUndefined();
    expect(await canaryEntries(world)).toEqual([]);
    await postCanary(world);
    await world.settle();
    expect(await canaryEntries(world)).toHaveLength(1); // where it would be found
  });
});

describe('a rule that asks for everybody’s past', () => {
  it('does not have the canary’s timeline read, every five minutes anew', async () => {
    const read: unknown[] = [];
    const around: AroundPorts = (row, ports) => {
      if (row.file !== 'functions/tracking/ingest-inputs.ts') return ports;
      const query: typeof ports.table.query = async (table, wanted) => {
        read.push(wanted.pk);
        return ports.table.query(table, wanted);
      };
      return { ...ports, table: { ...ports.table, query } };
    };
    await using world = await aWorld({ around, settings: { rulesSettleSeconds: 900 } });
    const office = await anOffice(world);
    await office.lead('anna');
    await postCanaryAtLast(world);
    const buyers = { name: 'Buyers', rule: { did: 'Order Completed' } };
    await office.done('PUT', '/admin/segments/buyers', buyers);
    await world.advance('PT5M');
    await postCanaryAtLast(world);
    expect(await canaryEntries(world)).toHaveLength(2);
    expect(read).not.toContain('canary');
    await office.lead('anna', { occurredAt: undefined });
    const [anna] = read.filter((pk) => typeof pk === 'string' && pk.length === 26);
    expect(anna).toBeDefined();
  });
});

/** A link of the chain that does not work while this says so. */
const broken =
  (file: string, isBroken: () => boolean): AroundPorts =>
  (row, ports) => {
    if (row.file !== file) return ports;
    const gate = async (): Promise<void> => {
      if (isBroken()) throw new Error('Out of order.');
    };
    const { table, bus, queue, publicApi } = ports;
    return {
      ...ports,
      table: {
        ...table,
        get: (...call) => gate().then(() => table.get(...call)),
        transact: (...call) => gate().then(() => table.transact(...call)),
      },
      bus: { put: (events) => gate().then(() => bus.put(events)) },
      queue: { send: (...call) => gate().then(() => queue.send(...call)) },
      publicApi: { post: (...call) => gate().then(() => publicApi.post(...call)) },
    };
  };

describe('when a link of the chain is broken', () => {
  it.each([
    ['nobody posts it', 'functions/canary/post-canary.ts', false],
    ['leads are not accepted', 'functions/http/public.ts', false],
    ['leads are not stored', 'functions/tracking/ingest-inputs.ts', true],
    ['nothing reaches the bus', 'functions/tracking/publish-timeline.ts', true],
  ])('nothing is heard: %s', async (_, file, isAccepted) => {
    let isBroken = true;
    await using world = await aWorld({ around: broken(file, () => isBroken) });
    using ear = await canaryEar();
    expect(await postCanary(world)).toBe(isAccepted);
    await world.settle();
    expect(ear.heard()).toEqual([]);
    isBroken = false;
    await world.advance('PT5M');
    expect(await postCanary(world)).toBe(true);
    await world.settle();
    expect(ear.heard()).toHaveLength(1);
  });

  it('nobody hears it whose rule is gone', async () => {
    await using world = await aWorld();
    using ear = await canaryEar();
    const deliver = world.embedded.queue.send.bind(world.embedded.queue);
    world.embedded.queue.send = async (queue, ...messages) => {
      if (queue !== 'canary') await deliver(queue, ...messages);
    };
    expect(await postCanary(world)).toBe(true);
    await world.settle();
    expect(await canaryEntries(world)).toHaveLength(1);
    expect(ear.heard()).toEqual([]);
  });
});

describe('what is published again', () => {
  it('is no lead of the canary: that it came through once says nothing of now', async () => {
    await using world = await aWorld();
    using ear = await canaryEar();
    await postCanary(world);
    await world.settle();
    const span = { from: '2026-11-25T11:00:00Z', to: '2026-11-25T13:00:00Z' };
    const answer = await world.invoke('functions/tracking/republish-timeline.ts', span);
    await world.settle();
    expect([answer, ear.heard().length]).toEqual([{ published: 0, next: null }, 1]);
  });
});

describe('a lead that comes through too late', () => {
  it('is heard as late: it does not stand for one in time', async () => {
    await using world = await aWorld();
    using ear = await canaryEar();
    const deliver = world.embedded.queue.send.bind(world.embedded.queue);
    world.embedded.queue.send = (queue, messages) =>
      deliver(
        queue,
        messages.map((message) =>
          queue === 'inputs' ? { ...message, delaySeconds: 900 } : message,
        ),
      );
    await postCanary(world);
    await world.advance('PT15M');
    expect(ear.heard()).toEqual([15 * 60_000]);
    expect(Math.min(...ear.heard())).toBeGreaterThanOrEqual(canaryLateMs);
  });
});

describe('a lead of the canary that the tables refuse', () => {
  it('is dropped, and nobody finds it in the quarantine', async () => {
    const { InvalidRequest } = await import('../../shared/ports/table.ts');
    const around: AroundPorts = (row, ports) => {
      if (row.file !== 'functions/tracking/ingest-inputs.ts') return ports;
      const transact = async () => {
        throw new InvalidRequest('Too large.');
      };
      return { ...ports, table: { ...ports.table, transact } };
    };
    await using world = await aWorld({ around });
    expect(await postCanary(world)).toBe(true);
    await world.settle();
    const quarantine = await world.request('GET', '/admin/quarantine', { admin: true });
    expect(quarantine.json()).toMatchObject({ items: [] });
    expect(world.deadLetters()).toEqual([]);
  });
});
