import { describe, expect, it } from 'vitest';
import { type BusListener, EmbeddedBus } from '../../shared/adapters/embedded/bus.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { createHostility } from '../../shared/adapters/embedded/hostility.ts';
import { systemIds } from '../../shared/adapters/embedded/ids.ts';
import { EmbeddedQueue } from '../../shared/adapters/embedded/queue.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import { aBusEvent, busSuite } from './bus-suite.ts';
import { queueRows } from './queue-suite.ts';

const world = (seed?: number) => {
  const clock = new VirtualClock(Date.UTC(2027, 2, 8, 10, 0, 0, 500));
  const ids = systemIds(clock);
  const database = openDatabase(':memory:');
  const queue = new EmbeddedQueue({ database, clock, ids, rows: queueRows });
  const standing: BusListener[] = [];
  const hostility = seed === undefined ? undefined : createHostility(seed);
  const bus = new EmbeddedBus({ queue, ids, listeners: () => standing, hostility });
  const arrived = async (name: QueueName): Promise<readonly unknown[]> =>
    queue.receive(name, 1_000).map(({ body }) => JSON.parse(body));
  return { bus, standing, arrived };
};

busSuite('embedded', async () => {
  const { bus, standing, arrived } = world();
  return {
    bus,
    arrived,
    listen: async (listener) => {
      standing.push(listener);
    },
  };
});

describe('embedded bus', () => {
  const sesEvent = {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'Email Bounced',
    source: 'aws.ses',
    account: '000000000000',
    time: '2027-03-08T10:00:00Z',
    region: 'local',
    resources: [],
    detail: { eventType: 'Bounce' },
  };

  it('keeps the account bus, where SES publishes, apart from its own', async () => {
    const { bus, standing, arrived } = world();
    const pattern = { source: ['aws.ses'] };
    standing.push(
      { name: 'ses', bus: 'default', pattern, queue: 'email-events' },
      { name: 'elsewhere', pattern, queue: 'triggers' },
    );
    await bus.publish('default', sesEvent);
    expect(await arrived('email-events')).toEqual([sesEvent]);
    expect(await arrived('triggers')).toEqual([]);
  });

  it('gives every event its own id and the time of the clock', async () => {
    const { bus, standing, arrived } = world();
    standing.push({ name: 'all', pattern: { source: ['perennial'] }, queue: 'triggers' });
    await bus.put([aBusEvent(), aBusEvent()]);
    const [one, other] = await arrived('triggers');
    expect(one).toMatchObject({ time: '2027-03-08T10:00:00Z' });
    expect(one).not.toEqual(other);
  });

  it('doubles and reorders events in hostile mode, but loses none', async () => {
    const { bus, standing, arrived } = world(3);
    standing.push({ name: 'all', pattern: { source: ['perennial'] }, queue: 'triggers' });
    const ids = Array.from(
      { length: 100 },
      (_, index) => `entry-${String(index).padStart(3, '0')}`,
    );
    await bus.put(ids.map((id) => aBusEvent({ id })));
    // Put above: every body is an event around a BusEvent.
    const seen = (await arrived('triggers')).map(
      (body) => (body as { readonly detail: { readonly id: string } }).detail.id,
    );
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(seen.length).toBeGreaterThan(ids.length);
    expect(seen).not.toEqual(seen.toSorted());
  });
});
