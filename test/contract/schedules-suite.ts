import { describe, expect, it } from 'vitest';
import type { QueueName } from '../../shared/ports/queue.ts';
import type { EventPattern, Schedule, Schedules } from '../../shared/ports/schedules.ts';
import { itRefuses, type StandIn } from './stand-in.ts';

/** A schedules adapter, and what can be seen of what was put. */
export type SchedulesWorld = {
  readonly schedules: Schedules;
  readonly scheduleNames: () => Promise<readonly string[]>;
  readonly listenerNames: () => Promise<readonly string[]>;
  /** Makes the bus carry an event of this `detail-type`; answers what then arrived on the queue. */
  readonly arrivedAfter: (detailType: string, queue: QueueName) => Promise<readonly unknown[]>;
};

export const aSchedule = (overrides: Partial<Schedule> = {}): Schedule => ({
  name: 'campaign-march-8',
  when: { at: '2027-03-08T10:00:00', timeZone: 'Europe/Riga' },
  queue: 'runs',
  payload: { campaign: 'march-8' },
  ...overrides,
});

const badSchedules: Readonly<Record<string, Partial<Schedule>>> = {
  'a name with a space': { name: 'march 8' },
  'a name of 65 characters': { name: 'x'.repeat(65) },
  'a time that is none': { when: { at: '2027-02-30T10:00:00', timeZone: 'UTC' } },
  'a time with an offset': { when: { at: '2027-03-08T10:00:00Z', timeZone: 'UTC' } },
  'an unknown zone': { when: { at: '2027-03-08T10:00:00', timeZone: 'Europe/Nowhere' } },
  'a cron of five fields': { when: { cron: '0 10 * * ?', timeZone: 'UTC' } },
  'a cron without ?': { when: { cron: '0 10 * * * *', timeZone: 'UTC' } },
};

const badPatterns: Readonly<Record<string, EventPattern>> = {
  'an empty pattern': {},
  'an unknown operator': { source: [{ sounds: 'like' }] },
  'a pattern of more than 2048 characters': { source: ['x'.repeat(2_048)] },
};

/** What every schedules adapter does without waiting for a clock. */
export const schedulesSuite = (
  adapter: string,
  open: () => Promise<SchedulesWorld>,
  standIn?: StandIn,
): void => {
  describe(`schedules: ${adapter}`, () => {
    it('keeps one schedule per name', async () => {
      const { schedules, scheduleNames } = await open();
      await schedules.putSchedule(aSchedule());
      await schedules.putSchedule(
        aSchedule({ when: { cron: '0 10 * * ? *', timeZone: 'Europe/Riga' } }),
      );
      await schedules.putSchedule(aSchedule({ name: 'other' }));
      expect((await scheduleNames()).toSorted()).toEqual(['campaign-march-8', 'other']);
    });

    it('forgets a deleted schedule, and is quiet about one that is already gone', async () => {
      const { schedules, scheduleNames } = await open();
      await schedules.putSchedule(aSchedule());
      await schedules.deleteSchedule('campaign-march-8');
      await schedules.deleteSchedule('campaign-march-8');
      expect(await scheduleNames()).toEqual([]);
    });

    for (const [name, overrides] of Object.entries(badSchedules)) {
      const prepare = async () => {
        const { schedules, scheduleNames } = await open();
        return {
          act: () => schedules.putSchedule(aSchedule(overrides)),
          nothingDone: async () => expect(await scheduleNames()).toEqual([]),
        };
      };
      itRefuses(name, prepare, { adapter, standIn });
    }

    it('brings a listener the events of its latest pattern, until it is deleted', async () => {
      const { schedules, arrivedAfter, listenerNames } = await open();
      const listener = { name: 'starts', queue: 'triggers' } as const;
      await schedules.putListener({ ...listener, pattern: { 'detail-type': ['lead.captured'] } });
      expect(await arrivedAfter('lead.captured', 'triggers')).toHaveLength(1);
      await schedules.putListener({ ...listener, pattern: { 'detail-type': ['event'] } });
      expect(await arrivedAfter('lead.captured', 'triggers')).toEqual([]);
      expect(await arrivedAfter('event', 'triggers')).toMatchObject([{ 'detail-type': 'event' }]);
      expect(await listenerNames()).toEqual(['starts']);
      await schedules.deleteListener('starts');
      await schedules.deleteListener('starts');
      expect(await arrivedAfter('event', 'triggers')).toEqual([]);
      expect(await listenerNames()).toEqual([]);
    });

    for (const [name, pattern] of Object.entries(badPatterns)) {
      const prepare = async () => {
        const { schedules, listenerNames } = await open();
        const listener = { name: 'starts', queue: 'triggers', pattern } as const;
        return {
          act: () => schedules.putListener(listener),
          nothingDone: async () => expect(await listenerNames()).toEqual([]),
        };
      };
      itRefuses(name, prepare, { adapter, standIn });
    }
  });
};
