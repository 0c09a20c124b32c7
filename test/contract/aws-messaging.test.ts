import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import { awsEventWorld, awsQueueWorld, endpoint, scheduler } from './aws-world.ts';
import { aBusEvent, busSuite } from './bus-suite.ts';
import { queueSuite } from './queue-suite.ts';
import { aSchedule, schedulesSuite } from './schedules-suite.ts';

/** The stand-in stores schedules, patterns and events of any form; AWS would not. */
const standIn = { refuses: false };

describe.runIf(endpoint !== undefined)('on AWS', () => {
  queueSuite('SQS', awsQueueWorld);

  busSuite(
    'EventBridge',
    async () => {
      const { bus, schedules, arrived } = await awsEventWorld();
      return { bus, listen: (listener) => schedules.putListener(listener), arrived };
    },
    standIn,
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
    standIn,
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
