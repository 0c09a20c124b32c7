import {
  DeleteRuleCommand,
  type EventBridgeClient,
  ResourceNotFoundException as NoSuchRule,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ResourceNotFoundException as NoSuchSchedule,
  type SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { QueueName } from '../../ports/queue.ts';
import type { Listener, Schedule, Schedules } from '../../ports/schedules.ts';

export type SchedulesOptions = {
  readonly scheduler: SchedulerClient;
  readonly eventBridge: EventBridgeClient;
  readonly group: string;
  /** The role by which EventBridge Scheduler sends to the queues. */
  readonly roleArn: string;
  readonly busName: string;
  /** Queues that schedules and listeners may feed. */
  readonly queueArns: Readonly<Partial<Record<QueueName, string>>>;
};

/** A rule has one target, so that putting a listener again replaces its queue. */
const targetId = 'queue';

/** EventBridge Scheduler for campaigns' clocks, rules on the bus for their events. */
export class AwsSchedules implements Schedules {
  readonly #options: SchedulesOptions;

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  async putSchedule(schedule: Schedule): Promise<void> {
    const input = this.#scheduleInput(schedule);
    const { scheduler } = this.#options;
    try {
      await scheduler.send(new CreateScheduleCommand(input));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      await scheduler.send(new UpdateScheduleCommand(input));
    }
  }

  async deleteSchedule(name: string): Promise<void> {
    await quietWhen(NoSuchSchedule, async () => {
      await this.#options.scheduler.send(
        new DeleteScheduleCommand({ Name: name, GroupName: this.#options.group }),
      );
    });
  }

  async putListener(listener: Listener): Promise<void> {
    const { eventBridge, busName } = this.#options;
    const target = { Id: targetId, Arn: this.#queueArn(listener.queue) };
    await eventBridge.send(
      new PutRuleCommand({
        Name: listener.name,
        EventBusName: busName,
        EventPattern: JSON.stringify(listener.pattern),
        State: 'ENABLED',
      }),
    );
    const answer = await eventBridge.send(
      new PutTargetsCommand({ Rule: listener.name, EventBusName: busName, Targets: [target] }),
    );
    if ((answer.FailedEntryCount ?? 0) > 0) {
      const reason = answer.FailedEntries?.[0]?.ErrorCode ?? 'unknown';
      throw new Error(`The listener '${listener.name}' got no queue: ${reason}`);
    }
  }

  async deleteListener(name: string): Promise<void> {
    const { eventBridge, busName } = this.#options;
    await quietWhen(NoSuchRule, async () => {
      await eventBridge.send(
        new RemoveTargetsCommand({ Rule: name, EventBusName: busName, Ids: [targetId] }),
      );
    });
    await quietWhen(NoSuchRule, async () => {
      await eventBridge.send(new DeleteRuleCommand({ Name: name, EventBusName: busName }));
    });
  }

  #scheduleInput(schedule: Schedule): CreateScheduleCommandInput {
    const { when } = schedule;
    const once = 'at' in when;
    return {
      Name: schedule.name,
      GroupName: this.#options.group,
      ScheduleExpression: once ? `at(${when.at})` : `cron(${when.cron})`,
      ScheduleExpressionTimezone: when.timeZone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: once ? 'DELETE' : 'NONE',
      Target: {
        Arn: this.#queueArn(schedule.queue),
        RoleArn: this.#options.roleArn,
        // Scheduler puts the planned instant in place of the keyword; it is not the time of delivery.
        Input: JSON.stringify({
          ...schedule.payload,
          scheduledAt: '<aws.scheduler.scheduled-time>',
        }),
      },
    };
  }

  #queueArn(queue: QueueName): string {
    const arn = this.#options.queueArns[queue];
    if (arn === undefined) throw new Error(`The queue '${queue}' is not fed by schedules.`);
    return arn;
  }
}

async function quietWhen(
  gone: typeof NoSuchRule | typeof NoSuchSchedule,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof gone)) throw error;
  }
}
