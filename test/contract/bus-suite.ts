import { describe, expect, it } from 'vitest';
import type { BusEvent } from '../../events/envelope.ts';
import type { Bus } from '../../shared/ports/bus.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import type { Listener } from '../../shared/ports/schedules.ts';
import { itRefuses, type StandIn } from './stand-in.ts';

/** A bus adapter, rules on it, and what has arrived on the rules' queues. */
export type BusWorld = {
  readonly bus: Bus;
  listen(listener: Listener): Promise<void>;
  /** Bodies that have arrived since the last call; waits for them where delivery takes time. */
  arrived(queue: QueueName): Promise<readonly unknown[]>;
};

export const aBusEvent = (overrides: Partial<BusEvent> = {}): BusEvent => ({
  id: 'entry-1',
  type: 'event',
  profileId: 'person-1',
  occurredAt: '2027-03-08T10:00:00.123Z',
  recordedAt: '2027-03-08T10:00:01.000Z',
  data: { name: 'Order Completed', properties: { total: 29.33 }, source: 'shop' },
  ...overrides,
});

/** EventBridge takes 1 MB, names and time included. */
export const tooLongEvent = aBusEvent({ data: { text: 'x'.repeat(1_048_576) } });

/** What every bus adapter does. */
export const busSuite = (
  adapter: string,
  open: () => Promise<BusWorld>,
  standIn?: StandIn,
): void => {
  describe(`bus: ${adapter}`, () => {
    it('hands the whole event, in its EventBridge shape, to the queue of a matching listener', async () => {
      const world = await open();
      await world.listen({
        name: 'orders',
        pattern: { source: ['perennial'], detail: { data: { name: ['Order Completed'] } } },
        queue: 'triggers',
      });
      const event = aBusEvent();
      await world.bus.put([event]);
      expect(await world.arrived('triggers')).toEqual([
        {
          version: '0',
          id: expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/),
          'detail-type': 'event',
          source: 'perennial',
          account: expect.stringMatching(/^\d{12}$/),
          time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
          region: expect.any(String),
          resources: [],
          detail: event,
        },
      ]);
    });

    it('hands nothing to a listener whose pattern does not match', async () => {
      const world = await open();
      await world.listen({
        name: 'entered',
        pattern: { 'detail-type': ['segment.entered'] },
        queue: 'triggers',
      });
      await world.bus.put([
        aBusEvent(),
        aBusEvent({ id: 'entry-2', type: 'segment.entered', data: { segment: 'vip' } }),
      ]);
      expect(await world.arrived('triggers')).toMatchObject([{ detail: { id: 'entry-2' } }]);
    });

    it('hands an event to every listener that wants it', async () => {
      const world = await open();
      const pattern = { 'detail-type': ['event'] };
      await world.listen({ name: 'starts', pattern, queue: 'triggers' });
      await world.listen({ name: 'goals', pattern, queue: 'conversions' });
      await world.bus.put([aBusEvent()]);
      expect(await world.arrived('triggers')).toHaveLength(1);
      expect(await world.arrived('conversions')).toHaveLength(1);
    });

    it('takes any number of events at once', async () => {
      const world = await open();
      await world.listen({ name: 'all', pattern: { source: ['perennial'] }, queue: 'triggers' });
      const ids = Array.from({ length: 25 }, (_, index) => `entry-${index}`);
      await world.bus.put(ids.map((id) => aBusEvent({ id })));
      expect(await world.arrived('triggers')).toHaveLength(25);
      await world.bus.put([]);
      expect(await world.arrived('triggers')).toEqual([]);
    });

    itRefuses(
      'an event longer than EventBridge takes',
      async () => {
        const world = await open();
        return { act: () => world.bus.put([tooLongEvent]) };
      },
      { adapter, standIn },
    );
  });
};
