import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EmbeddedBus } from '../../shared/adapters/embedded/bus.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { systemIds } from '../../shared/adapters/embedded/ids.ts';
import { EmbeddedQueue } from '../../shared/adapters/embedded/queue.ts';
import { EmbeddedSchedules } from '../../shared/adapters/embedded/schedules.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import { aBusEvent } from './bus-suite.ts';
import { queueRows } from './queue-suite.ts';
import { aSchedule, schedulesSuite } from './schedules-suite.ts';

const start = Date.UTC(2027, 2, 1);

const world = (options: { readonly path?: string; readonly seed?: number } = {}) => {
  const clock = new VirtualClock(start);
  const ids = systemIds(clock);
  const database = openDatabase(options.path ?? ':memory:');
  const queue = new EmbeddedQueue({ database, clock, ids, rows: queueRows });
  const hostility = options.seed === undefined ? undefined : createHostility(options.seed);
  const schedules = new EmbeddedSchedules({ database, queue, clock, hostility });
  const bus = new EmbeddedBus({ queue, ids, listeners: () => schedules.listeners() });
  const arrived = (name: QueueName): readonly unknown[] => {
    const messages = queue.receive(name, 1_000);
    queue.remove(
      name,
      messages.map(({ receiptHandle }) => receiptHandle),
    );
    return messages.map(({ body }): unknown => JSON.parse(body));
  };
  return { clock, database, schedules, bus, arrived };
};

schedulesSuite('embedded', async () => {
  const { schedules, bus, arrived } = world();
  return {
    schedules,
    scheduleNames: async () => schedules.list().map(({ name }) => name),
    listenerNames: async () => schedules.listeners().map(({ name }) => name),
    arrivedAfter: async (type, queue) => {
      await bus.put([aBusEvent({ type })]);
      return arrived(queue);
    },
  };
});

const daily = { cron: '0 10 * * ? *', timeZone: 'Europe/Riga' };

describe('embedded schedules', () => {
  it('fires a one-off schedule once, at its local time, and forgets it', async () => {
    const { clock, schedules, arrived } = world();
    await schedules.putSchedule(aSchedule());
    expect(schedules.nextFiringAt()).toBe(Date.UTC(2027, 2, 8, 8));
    clock.set(Date.UTC(2027, 2, 8, 7, 59, 59, 999));
    await schedules.fireDue();
    expect(arrived('runs')).toEqual([]);
    clock.set(Date.UTC(2027, 2, 8, 8));
    await Promise.all([schedules.fireDue(), schedules.fireDue()]);
    expect(arrived('runs')).toEqual([{ campaign: 'march-8', scheduledAt: '2027-03-08T08:00:00Z' }]);
    expect(schedules.list()).toEqual([]);
    expect(schedules.nextFiringAt()).toBeUndefined();
  });

  it('fires a one-off schedule of a skipped hour as much later as the clock skipped', async () => {
    const { schedules } = world();
    const when = { at: '2027-03-28T03:30:00', timeZone: 'Europe/Riga' };
    await schedules.putSchedule(aSchedule({ when }));
    expect(schedules.nextFiringAt()).toBe(Date.UTC(2027, 2, 28, 1, 30));
  });

  it('fires every planned instant of all schedules in order after a standstill', async () => {
    const { clock, schedules, arrived } = world();
    await schedules.putSchedule(
      aSchedule({ name: 'daily', when: daily, payload: { campaign: 'daily' } }),
    );
    await schedules.putSchedule(
      aSchedule({ when: { at: '2027-03-02T09:00:00', timeZone: 'Europe/Riga' } }),
    );
    clock.set(Date.UTC(2027, 2, 3, 12));
    await schedules.fireDue();
    expect(arrived('runs')).toEqual([
      { campaign: 'daily', scheduledAt: '2027-03-01T08:00:00Z' },
      { campaign: 'march-8', scheduledAt: '2027-03-02T07:00:00Z' },
      { campaign: 'daily', scheduledAt: '2027-03-02T08:00:00Z' },
      { campaign: 'daily', scheduledAt: '2027-03-03T08:00:00Z' },
    ]);
    expect(schedules.nextFiringAt()).toBe(Date.UTC(2027, 2, 4, 8));
  });

  it('keeps schedules and listeners when the process ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'schedules-'));
    const path = join(folder, 'world.db');
    try {
      const before = world({ path });
      const listener = {
        name: 'all',
        pattern: { source: ['perennial'] },
        queue: 'triggers',
      } as const;
      await before.schedules.putSchedule(aSchedule({ when: daily }));
      await before.schedules.putListener(listener);
      before.database.close();

      const { schedules, bus, arrived, database } = world({ path });
      expect(schedules.list()).toEqual([
        { ...aSchedule({ when: daily }), nextAt: Date.UTC(2027, 2, 1, 8) },
      ]);
      expect(schedules.listeners()).toEqual([listener]);
      await bus.put([aBusEvent()]);
      expect(arrived('triggers')).toHaveLength(1);
      database.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps a cron whose last year is over, without a plan', async () => {
    const { clock, schedules, arrived } = world();
    const when = { cron: '0 10 1 3 ? 2027', timeZone: 'UTC' };
    await schedules.putSchedule(aSchedule({ when }));
    clock.set(Date.UTC(2030, 0, 1));
    await schedules.fireDue();
    expect(arrived('runs')).toHaveLength(1);
    expect(schedules.list()).toMatchObject([{ nextAt: undefined }]);
    expect(schedules.nextFiringAt()).toBeUndefined();
  });

  it('refuses more rules than a bus has', async () => {
    const { schedules } = world();
    const pattern = { source: ['perennial'] };
    for (let rule = 0; rule < 300; rule += 1) {
      await schedules.putListener({ name: `rule-${rule}`, pattern, queue: 'triggers' });
    }
    await schedules.putListener({ name: 'rule-0', pattern, queue: 'conversions' });
    await expect(
      schedules.putListener({ name: 'rule-300', pattern, queue: 'triggers' }),
    ).rejects.toThrow('300 rules');
  });

  it('fires a planned instant twice now and then in hostile mode, but never leaves one out', async () => {
    const { clock, schedules, arrived } = world({ seed: 1 });
    await schedules.putSchedule(aSchedule({ when: { cron: '0 10 * * ? *', timeZone: 'UTC' } }));
    clock.set(start + 60 * 86_400_000);
    await schedules.fireDue();
    const messages = arrived('runs').map((body) => JSON.stringify(body));
    expect(new Set(messages).size).toBe(60);
    expect(messages.length).toBeGreaterThan(60);
  });
});
