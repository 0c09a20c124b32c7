import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { systemIds } from '../../shared/adapters/embedded/ids.ts';
import { EmbeddedQueue } from '../../shared/adapters/embedded/queue.ts';
import { queueRows, queueSuite } from './queue-suite.ts';

const start = Date.UTC(2027, 2, 8);

const world = (options: { readonly path?: string; readonly seed?: number } = {}) => {
  const clock = new VirtualClock(start);
  const database = openDatabase(options.path ?? ':memory:');
  const hostility = options.seed === undefined ? undefined : createHostility(options.seed);
  const ids = systemIds(clock);
  const queue = new EmbeddedQueue({ database, clock, ids, rows: queueRows, hostility });
  return { clock, database, queue };
};

queueSuite('embedded', async () => {
  const { clock, queue } = world();
  return {
    queue,
    receive: async (name, max) => queue.receive(name, max),
    remove: async (name, handles) => queue.remove(name, handles),
    release: async (name, handles) => queue.release(name, handles),
    deadBodies: async (name) => queue.deadLetters(name).map(({ body }) => body),
    pass: async (seconds) => clock.set(clock.now() + seconds * 1000),
  };
});

describe('embedded queue', () => {
  it('keeps its messages when the process ends, and shows those in flight after their timeout', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'queue-'));
    const path = join(folder, 'world.db');
    try {
      const before = world({ path });
      await before.queue.send('inputs', [{ body: 'in flight' }, { body: 'waiting' }]);
      before.queue.receive('inputs', 1);
      before.database.close();

      const { queue, clock, database } = world({ path });
      expect(queue.counts().inputs).toEqual({ ready: 1, delayed: 0, inFlight: 1, dead: 0 });
      clock.set(queue.nextVisibleAt() ?? 0);
      expect(clock.now()).toBe(start + queueRows.inputs.visibilitySeconds * 1000);
      expect(queue.receive('inputs', 10).map(({ body, receives }) => [body, receives])).toEqual([
        ['"waiting"', 1],
        ['"in flight"', 2],
      ]);
      database.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells the dispatcher of new messages, and when the next one becomes visible', async () => {
    const { queue, clock } = world();
    const woken: string[] = [];
    queue.onMessage = (name) => woken.push(name);
    expect(queue.nextVisibleAt()).toBeUndefined();
    await queue.send('emails', [{ body: 1, delaySeconds: 30 }]);
    await queue.send('texts', [{ body: 1, delaySeconds: 20 }]);
    await queue.send('texts', []);
    expect(woken).toEqual(['emails', 'texts']);
    expect(queue.nextVisibleAt()).toBe(start + 20_000);
    clock.set(start + 20_000);
    expect(queue.nextVisibleAt()).toBe(start + 30_000);
    expect(queue.counts().texts).toEqual({ ready: 1, delayed: 0, inFlight: 0, dead: 0 });
    expect(queue.counts().emails).toEqual({ ready: 0, delayed: 1, inFlight: 0, dead: 0 });
  });

  it('sends dead letters again as new messages', async () => {
    const { queue } = world();
    await queue.send('runs', [{ body: 'poison' }]);
    for (let receive = 0; receive < queueRows.runs.maxReceives; receive += 1) {
      queue.release(
        'runs',
        queue.receive('runs', 1).map(({ receiptHandle }) => receiptHandle),
      );
    }
    expect(queue.counts().runs).toEqual({ ready: 0, delayed: 0, inFlight: 0, dead: 1 });
    expect(queue.redrive('runs')).toBe(1);
    expect(queue.deadLetters('runs')).toEqual([]);
    expect(queue.receive('runs', 10)).toMatchObject([{ body: '"poison"', receives: 1 }]);
  });

  it('shows a released message only after the delay it was released with', async () => {
    const { queue, clock } = world();
    await queue.send('runs', [{ body: 1 }]);
    const handles = queue.receive('runs', 1).map(({ receiptHandle }) => receiptHandle);
    queue.release('runs', handles, { delaySeconds: 5 });
    expect(queue.receive('runs', 1)).toEqual([]);
    expect(queue.nextVisibleAt()).toBe(clock.now() + 5000);
    clock.set(clock.now() + 5000);
    expect(queue.receive('runs', 1)).toHaveLength(1);
  });

  it('neither removes nor releases a message by the handle of an earlier receive', async () => {
    const { queue, clock } = world();
    await queue.send('runs', [{ body: 1 }]);
    const [first] = queue.receive('runs', 1);
    clock.set(clock.now() + queueRows.runs.visibilitySeconds * 1000);
    const [second] = queue.receive('runs', 1);
    queue.remove('runs', [first?.receiptHandle ?? '']);
    queue.release('runs', [first?.receiptHandle ?? '']);
    expect(queue.counts().runs).toEqual({ ready: 0, delayed: 0, inFlight: 1, dead: 0 });
    queue.remove('runs', [second?.receiptHandle ?? '']);
    expect(queue.counts().runs).toEqual({ ready: 0, delayed: 0, inFlight: 0, dead: 0 });
  });

  it('doubles and reorders messages in hostile mode, but loses none and kills none', async () => {
    const { queue } = world({ seed: 7 });
    const sent = Array.from({ length: 300 }, (_, index) => index);
    await queue.send(
      'inputs',
      sent.map((body) => ({ body })),
    );
    const seen: number[] = [];
    for (let batch = queue.receive('inputs', 10); batch.length > 0 || queue.hasLate; ) {
      seen.push(...batch.map(({ body }) => Number(body)));
      const next = queue.receive('inputs', 10);
      queue.remove(
        'inputs',
        batch.map(({ receiptHandle }) => receiptHandle),
      );
      batch = next.length > 0 ? next : queue.receive('inputs', 10);
    }
    expect(new Set(seen)).toEqual(new Set(sent));
    expect(seen.length).toBeGreaterThan(sent.length);
    expect(Math.max(...sent.map((body) => seen.filter((one) => one === body).length))).toBe(2);
    expect(seen).not.toEqual(seen.toSorted((a, b) => a - b));
    expect(queue.counts().inputs).toEqual({ ready: 0, delayed: 0, inFlight: 0, dead: 0 });
  });

  it('keeps a message back for a few receives in hostile mode, though it is alone and no time passes', async () => {
    const receivesUntilSeen = async (seed: number) => {
      const { queue } = world({ seed });
      await queue.send('inputs', [{ body: 1 }]);
      let receives = 1;
      while (queue.receive('inputs', 10).length === 0) {
        expect(queue.hasLate).toBe(true);
        receives += 1;
      }
      expect(queue.hasLate).toBe(false);
      return receives;
    };
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const counted = await Promise.all(seeds.map(receivesUntilSeen));
    expect(await Promise.all(seeds.map(receivesUntilSeen))).toEqual(counted);
    expect(new Set(counted)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    const late = counted.filter((receives) => receives > 1).length;
    expect(late).toBeGreaterThan(5);
    expect(late).toBeLessThan(50);
  });

  it('wakes the dispatcher again for a message that a receive has kept back', async () => {
    const woken = Promise.withResolvers<string>();
    for (let seed = 0, isLate = false; !isLate; seed += 1) {
      const { queue } = world({ seed });
      await queue.send('inputs', [{ body: 1 }]);
      queue.onMessage = woken.resolve;
      isLate = queue.receive('inputs', 10).length === 0;
    }
    expect(await woken.promise).toBe('inputs');
  });
});
