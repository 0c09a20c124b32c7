import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import { awsEventWorld, awsQueueWorld, endpoint, eventBridge, scheduler } from './aws-world.ts';
import { aBusEvent, busSuite, tooLongEvent } from './bus-suite.ts';
import { queueSuite } from './queue-suite.ts';
import { aSchedule, schedulesSuite } from './schedules-suite.ts';
import { inputsOf, type StandIn } from './stand-in.ts';

const toEventBridge = inputsOf(eventBridge);
const toScheduler = inputsOf(scheduler);

const busOfMoto: StandIn = {
  name: 'moto',
  takes: {
    'an event longer than EventBridge takes': {
      Entries: [{ DetailType: 'event', Detail: JSON.stringify(tooLongEvent) }],
    },
  },
  asked: () => toEventBridge.at(-1),
};

const expression = (text: string, zone = 'UTC') => ({
  ScheduleExpression: text,
  ScheduleExpressionTimezone: zone,
});

/** moto stores schedules and patterns of any form. */
const schedulesOfMoto: StandIn = {
  name: 'moto',
  takes: {
    'a name with a space': { Name: 'march 8' },
    'a name of 65 characters': { Name: 'x'.repeat(65) },
    'a time that is none': expression('at(2027-02-30T10:00:00)'),
    'a time with an offset': expression('at(2027-03-08T10:00:00Z)'),
    'an unknown zone': expression('at(2027-03-08T10:00:00)', 'Europe/Nowhere'),
    'a cron of five fields': expression('cron(0 10 * * ?)'),
    'a cron without ?': expression('cron(0 10 * * * *)'),
    'an empty pattern': { EventPattern: '{}' },
    'an unknown operator': { EventPattern: '{"source":[{"sounds":"like"}]}' },
    'a pattern of more than 2048 characters': {
      EventPattern: JSON.stringify({ source: ['x'.repeat(2_048)] }),
    },
  },
  // A schedule is one request; a listener is its rule, and then the rule's target.
  asked: () => ({ ...toEventBridge.at(-2), ...toScheduler.at(-1) }),
};

describe.runIf(endpoint !== undefined)('on AWS', () => {
  queueSuite('SQS', awsQueueWorld);

  busSuite(
    'EventBridge',
    async () => {
      const { bus, schedules, arrived } = await awsEventWorld();
      return { bus, listen: (listener) => schedules.putListener(listener), arrived };
    },
    busOfMoto,
  );

  schedulesSuite(
    'EventBridge Scheduler',
    async () => {
      const { schedules, scheduleNames, listenerNames, bus, arrived } = await awsEventWorld();
      return {
        schedules,
        scheduleNames,
        listenerNames,
        arrivedAfter: async (type, queue) => {
          await bus.put([aBusEvent({ type })]);
          return arrived(queue);
        },
      };
    },
    schedulesOfMoto,
  );

  describe('a schedule at EventBridge Scheduler', () => {
    const put = async (overrides: Parameters<typeof aSchedule>[0]) => {
      const { schedules, name, arns } = await awsEventWorld();
      await schedules.putSchedule(aSchedule(overrides));
      const schedule = await scheduler.send(
        new GetScheduleCommand({ Name: 'campaign-march-8', GroupName: name }),
      );
      return { schedule, arns };
    };

    it('fires once at its local time, brings the planned instant along, and is gone', async () => {
      const { schedule, arns } = await put({});
      expect(schedule).toMatchObject({
        ScheduleExpression: 'at(2027-03-08T10:00:00)',
        ScheduleExpressionTimezone: 'Europe/Riga',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: { Arn: arns.runs },
      });
      expect(JSON.parse(schedule.Target?.Input ?? '')).toEqual({
        campaign: 'march-8',
        scheduledAt: '<aws.scheduler.scheduled-time>',
      });
    });

    it('fires again and again by its cron', async () => {
      const { schedule } = await put({ when: { cron: '0 10 ? * MON *', timeZone: 'Europe/Riga' } });
      expect(schedule).toMatchObject({
        ScheduleExpression: 'cron(0 10 ? * MON *)',
        ActionAfterCompletion: 'NONE',
      });
    });
  });
});
