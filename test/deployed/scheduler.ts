import {
  DeleteScheduleCommand,
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ListSchedulesCommand,
} from '@aws-sdk/client-scheduler';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { Temporal } from 'temporal-polyfill';
import { nextFiring, parseCron } from '../../shared/domain/time/cron.ts';
import { type Clients, queueClient } from './aws-clients.ts';
import type { Role } from './event-sources.ts';
import type { LambdaProcess } from './lambda-process.ts';
import { isAllowed } from './policy.ts';

type Options = {
  readonly clients: Clients;
  readonly endpoint: string;
  readonly region: string;
  /** By the ARN of the role that a schedule takes. */
  readonly roleOf: (arn: string) => Role;
  readonly lambdaOf: (arn: string) => LambdaProcess;
  readonly urlOf: (queueArn: string) => string;
};

type Stored = GetScheduleCommandOutput;

/**
 * moto keeps schedules and never fires one. What is stored there is fired here: at its planned instant,
 * by its role, with its input, and gone afterwards where it says so.
 */
export class StoredSchedules {
  readonly #options: Options;
  readonly #firedUpTo = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
  }

  async list(): Promise<readonly Stored[]> {
    const { scheduler } = this.#options.clients;
    const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
    return Promise.all(
      Schedules.map(({ Name, GroupName }) =>
        scheduler.send(new GetScheduleCommand({ Name, GroupName })),
      ),
    );
  }

  /** Fires the one-off and cron schedules whose instant lies in `(from, until]`. */
  async fire(from: number, until: number): Promise<number> {
    let fired = 0;
    for (const schedule of await this.list()) {
      const key = `${schedule.GroupName}/${schedule.Name}`;
      const after = Math.max(from, this.#firedUpTo.get(key) ?? 0);
      const at = plannedAt(schedule, after);
      if (at === undefined || at > until) continue;
      await this.#fire(schedule, at);
      this.#firedUpTo.set(key, at);
      fired += 1;
    }
    return fired;
  }

  /** Fires the schedules of the template that stand for this rate, such as `rate(1 minute)`. */
  async fireEvery(rate: string, now: number): Promise<void> {
    const due = (await this.list()).filter((schedule) => schedule.ScheduleExpression === rate);
    if (due.length === 0) throw new Error(`Nothing is scheduled at ${rate}.`);
    for (const schedule of due) await this.#fire(schedule, now);
  }

  async #fire(schedule: Stored, at: number): Promise<void> {
    const { endpoint, region, roleOf, lambdaOf, urlOf, clients } = this.#options;
    const { Arn: arn = '', RoleArn = '', Input = '' } = schedule.Target ?? {};
    const { may, accessKeyId } = roleOf(RoleArn);
    const instant = `${new Date(at).toISOString().slice(0, 19)}Z`;
    const input = Input.replaceAll('<aws.scheduler.scheduled-time>', instant);
    if (arn.includes(':lambda:')) {
      const need = { action: 'lambda:InvokeFunction', resource: arn };
      if (!isAllowed(need, may)) throw new Error(`${RoleArn} may not invoke ${arn}.`);
      await lambdaOf(arn).invoke(JSON.parse(input));
    } else {
      const client = queueClient({ endpoint, region, accessKeyId });
      await client.send(new SendMessageCommand({ QueueUrl: urlOf(arn), MessageBody: input }));
      client.destroy();
    }
    if (schedule.ActionAfterCompletion === 'DELETE') {
      const { Name, GroupName } = schedule;
      await clients.scheduler.send(new DeleteScheduleCommand({ Name, GroupName }));
    }
  }
}

/** The first planned instant after another, in milliseconds since 1970. */
function plannedAt(schedule: Stored, after: number): number | undefined {
  const { ScheduleExpression = '', ScheduleExpressionTimezone: zone = 'UTC' } = schedule;
  const [, kind, words = ''] = /^(at|cron|rate)\((.*)\)$/.exec(ScheduleExpression) ?? [];
  switch (kind) {
    case 'at':
      return Temporal.PlainDateTime.from(words).toZonedDateTime(zone).epochMilliseconds;
    case 'cron': {
      const result = parseCron(words);
      if (!result.ok) throw new Error(result.message);
      return nextFiring(result.cron, after, zone);
    }
    case 'rate':
      return undefined;
    case undefined:
    default:
      throw new Error(`The schedule ${schedule.Name} says ${ScheduleExpression}.`);
  }
}
