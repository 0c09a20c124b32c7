import { describe, expect, it, vi } from 'vitest';
import { NotGranted } from '../../infra/local/grants.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { aProbe, aRow, aWorkshop, bodiesOf, instantsOf } from '../support/workshop.ts';
import { aWorld } from '../support/world.ts';

// About the machinery itself, not about what functions make of its misfortunes.
describe('the clock of the local world', () => {
  it('stands still until it is advanced, and then goes exactly so far', async () => {
    await using world = await aWorld({ clock: '1998-07-01T00:00:00Z' });
    await world.settle();
    expect(world.now()).toBe('1998-07-01T00:00:00.000Z');
    expect(await world.advance('PT2H')).toBe('1998-07-01T02:00:00.000Z');
    expect(await world.advance('1998-07-04T00:00:00Z')).toBe('1998-07-04T00:00:00.000Z');
  });

  it('adds months on the calendar of the company', async () => {
    const settings = { timeZone: 'Europe/Riga' };
    await using world = await aWorld({ clock: '2027-01-30T22:00:00Z', settings });
    // Midnight of 31 January in Riga; a month later it is midnight of 28 February there.
    expect(await world.advance('P1M')).toBe('2027-02-27T22:00:00.000Z');
  });

  it('refuses to go back, to go nowhere sensible, or to move the real time', async () => {
    await using world = await aWorld();
    await expect(world.advance('-PT1H')).rejects.toThrow('no duration ahead');
    await expect(world.advance('two hours')).rejects.toThrow('no duration ahead');
    await using real = await aWorld({ clock: 'system' });
    await expect(real.advance('PT1H')).rejects.toThrow('The clock is real');
  });

  it('goes one way after another when asked twice at once', async () => {
    await using world = await aWorld({ clock: '2027-03-01T00:00:00Z' });
    const both = await Promise.all([world.advance('P1D'), world.advance('P1D')]);
    expect(both).toEqual(['2027-03-02T00:00:00.000Z', '2027-03-03T00:00:00.000Z']);
  });
});

describe('time in the local world', () => {
  it('hands out delayed messages, schedules and due minutes in their order', async () => {
    const seen: string[] = [];
    await using workshop = aWorkshop({
      start: '2027-03-01T09:00:00Z',
      functions: ({ clock, table }) => [
        aProbe('runs', async (event) => {
          seen.push(
            ...bodiesOf(event).map((body) => `${instantsOf(clock)} ${JSON.stringify(body)}`),
          );
        }),
        {
          row: aRow('functions/time/sweep-due-slots.ts', { kind: 'minute' }),
          call: async (event) => {
            seen.push(`${instantsOf(clock)} ${JSON.stringify(event)}`);
            await table.write({
              kind: 'delete',
              table: 'marketing',
              key: { pk: 'timer', sk: '1' },
            });
          },
        },
      ],
    });
    const { queue, schedules, table } = workshop.embedded;
    await schedules.putSchedule({
      name: 'ten',
      when: { at: '2027-03-01T12:00:00', timeZone: 'Europe/Riga' },
      queue: 'runs',
      payload: { campaign: 'ten' },
    });
    await queue.send('runs', [{ body: 'in a quarter', delaySeconds: 900 }, { body: 'now' }]);
    await table.write({
      kind: 'put',
      table: 'marketing',
      item: { pk: 'timer', sk: '1', dueSlot: 'timers#1', dueAt: '2027-03-01T09:20:30.000Z' },
    });
    await workshop.advance('2027-03-01T11:00:00Z');
    expect(seen).toEqual([
      '2027-03-01T09:00:00.000Z "now"',
      '2027-03-01T09:15:00.000Z "in a quarter"',
      '2027-03-01T09:21:00.000Z {"time":"2027-03-01T09:21:00Z"}',
      '2027-03-01T10:00:00.000Z {"campaign":"ten","scheduledAt":"2027-03-01T10:00:00Z"}',
    ]);
  });

  it('ticks a minute once when something stays due, and goes on', async () => {
    const minutes: unknown[] = [];
    await using workshop = aWorkshop({
      start: '2027-03-01T09:00:00Z',
      functions: () => [
        {
          row: aRow('functions/time/sweep-due-slots.ts', { kind: 'minute' }),
          call: async (event) => minutes.push(event),
        },
      ],
    });
    await workshop.embedded.table.write({
      kind: 'put',
      table: 'marketing',
      item: { pk: 'timer', sk: '1', dueSlot: 'timers#1', dueAt: '2027-03-01T08:00:00.000Z' },
    });
    await workshop.advance('2027-03-01T09:02:00Z');
    expect(minutes).toEqual([
      { time: '2027-03-01T09:00:00Z' },
      { time: '2027-03-01T09:01:00Z' },
      { time: '2027-03-01T09:02:00Z' },
    ]);
  });

  it('does by itself what is due, on a real clock', async () => {
    const seen: string[] = [];
    await using workshop = aWorkshop({
      isReal: true,
      functions: ({ table }) => [
        aProbe('runs', async () => void seen.push('run')),
        {
          row: aRow('functions/time/sweep-due-slots.ts', { kind: 'minute' }),
          call: async () => {
            seen.push('minute');
            await table.write({ kind: 'delete', table: 'marketing', key: { pk: 't', sk: '1' } });
          },
        },
      ],
    });
    const { table, schedules, queue } = workshop.embedded;
    await table.write({
      kind: 'put',
      table: 'marketing',
      item: { pk: 't', sk: '1', dueSlot: 'timers#1', dueAt: '2020-03-01T08:00:00.000Z' },
    });
    await schedules.putSchedule({
      name: 'gone-by',
      when: { at: '2020-03-01T12:00:00', timeZone: 'Europe/Riga' },
      queue: 'runs',
      payload: {},
    });
    await queue.send('runs', [{ body: 'delayed', delaySeconds: 1 }]);
    await vi.waitFor(() => expect(seen.toSorted()).toEqual(['minute', 'run', 'run']), 30_000);
  });

  it('misses no delayed message though the process was busy when its time came', async () => {
    const seen: string[] = [];
    await using workshop = aWorkshop({
      isReal: true,
      functions: () => [aProbe('runs', async () => void seen.push('run'))],
    });
    await workshop.embedded.queue.send('runs', [{ body: 'delayed', delaySeconds: 1 }]);
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 1100;
    while (performance.now() < until);
    await vi.waitFor(() => expect(seen).toEqual(['run']), 30_000);
  });

  it('leaves nothing that is due at the instant it stops at', async () => {
    const minutes: unknown[] = [];
    await using workshop = aWorkshop({
      start: '2027-03-01T09:00:17Z',
      functions: ({ table }) => [
        {
          row: aRow('functions/time/sweep-due-slots.ts', { kind: 'minute' }),
          call: async (event) => {
            minutes.push(event);
            await table.write({ kind: 'delete', table: 'marketing', key: { pk: 't', sk: '1' } });
          },
        },
      ],
    });
    await workshop.embedded.table.write({
      kind: 'put',
      table: 'marketing',
      item: { pk: 't', sk: '1', dueSlot: 'timers#1', dueAt: '2027-03-01T11:00:17.000Z' },
    });
    await workshop.advance('2027-03-01T11:00:17Z');
    expect(minutes).toEqual([{ time: '2027-03-01T11:00:17Z' }]);
  });

  it('passes eight months with a campaign a day in no more steps than a few for each', async () => {
    let runs = 0;
    await using workshop = aWorkshop({
      start: '2027-03-01T00:00:00Z',
      functions: () => [
        aProbe('runs', async () => {
          runs += 1;
        }),
      ],
    });
    await workshop.embedded.schedules.putSchedule({
      name: 'daily',
      when: { cron: '0 10 * * ? *', timeZone: 'UTC' },
      queue: 'runs',
      payload: {},
    });
    const step = vi.spyOn(VirtualClock.prototype, 'set');
    await workshop.advance('2027-11-01T00:00:00Z');
    const steps = step.mock.calls.length;
    step.mockRestore();
    expect(runs).toBe(245);
    // Not one for each of 352 800 minutes.
    expect(steps).toBeLessThan(3 * runs);
  });
});

describe('the wall around a function', () => {
  it('keeps it from what its row does not grant, and says what is missing', async () => {
    await using workshop = aWorkshop({ functions: () => [] });
    const { granted } = workshop;
    const ports = granted({
      tables: { profiles: 'read', timeline: 'write' },
      scans: ['profiles'],
      sendsTo: ['runs'],
    });
    const all = { segment: 0, segments: 1 };
    const item = { pk: 'anna', sk: '1' };
    await expect(ports.table.get('profiles', { pk: 'anna' })).resolves.toBeUndefined();
    await expect(ports.table.write({ kind: 'put', table: 'timeline', item })).resolves.toEqual({
      kind: 'written',
    });
    await expect(ports.queue.send('runs', [{ body: 1 }])).resolves.toBeUndefined();
    await expect(ports.table.scan('profiles', all)).resolves.toMatchObject({ items: [] });

    const refused = [
      () => ports.table.get('marketing', { pk: 'a', sk: 'b' }),
      () => ports.table.write({ kind: 'put', table: 'profiles', item: { pk: 'anna' } }),
      () => ports.table.transact([{ kind: 'put', table: 'marketing', item }]),
      () => ports.table.scan('timeline', all),
      () => ports.queue.send('emails', [{ body: 1 }]),
      () => ports.bus.put([]),
      () => ports.schedules.deleteSchedule('daily'),
      () => ports.email.send([]),
      () => ports.secrets.get('link-signing'),
    ];
    for (const reach of refused) await expect(reach()).rejects.toThrow(NotGranted);
    await expect(ports.queue.send('emails', [])).rejects.toThrow(
      'functions/probe.ts is not granted sending to the queue "emails"',
    );
  });
});
