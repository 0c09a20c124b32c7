import { ArnFormat, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnRule, EventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueName } from '../../shared/ports/queue.ts';
import { type ListenerRow, queues, standingListeners } from '../queue-manifest.ts';
import type { QueuePair } from './queues.ts';

export type EventsProps = {
  readonly queues: Readonly<Record<QueueName, QueuePair>>;
  /** What SES names our mail by, among all that the account sends. */
  readonly configurationSetName: string;
};

/** A rule on the account's own bus, and its name, by which alone CloudWatch counts there. */
export type AccountRule = { readonly row: ListenerRow; readonly ruleName: string };

/** The bus, the standing rules, and what campaigns need to schedule themselves and to listen. */
export class Events extends Construct {
  readonly bus: EventBus;
  readonly group: ScheduleGroup;
  /** EventBridge Scheduler takes it to send to the queues. */
  readonly schedulerRole: Role;
  readonly accountRules: readonly AccountRule[];
  readonly #queues: EventsProps['queues'];

  constructor(scope: Construct, id: string, props: EventsProps) {
    super(scope, id);
    this.#queues = props.queues;
    this.bus = new EventBus(this, 'Bus', { eventBusName: this.#name });
    this.group = new ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: this.#name,
      // Its name is fixed: kept, it would stand in the way of the next deployment, and its schedules would go on.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.schedulerRole = this.#schedulerRole();
    for (const name of this.queuesFedBy('listeners')) {
      allowRules(props.queues[name].queue, this.ruleArns);
    }
    this.accountRules = standingListeners(props.configurationSetName).flatMap((row) => {
      const rule = this.#listener(row);
      return row.bus === 'default' ? [{ row, ruleName: nameOnAccountBus(rule) }] : [];
    });
  }

  /** The name of the bus and of the group. */
  get #name(): string {
    return Stack.of(this).stackName;
  }

  /** The rules of the product's own bus, which nobody else's code uses. */
  get ruleArns(): string {
    return this.#arn('events', 'rule', `${this.#name}/*`);
  }

  /** The schedules of the product's own group. */
  get scheduleArns(): string {
    return this.#arn('scheduler', 'schedule', `${this.#name}/*`);
  }

  /** Queues that campaigns' schedules or listeners put messages on. */
  queuesFedBy(source: 'schedules' | 'listeners'): readonly QueueName[] {
    // `keys` forgets that the keys are the queue names.
    return (Object.keys(queues) as QueueName[]).filter((name) => queues[name].fedBy === source);
  }

  #schedulerRole(): Role {
    const stack = Stack.of(this);
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': this.group.scheduleGroupArn,
          },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: this.queuesFedBy('schedules').map((name) => this.#queues[name].queue.queueArn),
      }),
    );
    return role;
  }

  #arn(service: string, resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({
      service,
      resource,
      resourceName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  #listener(row: ListenerRow): CfnRule {
    const { queue, deadLetters } = this.#queues[row.queue];
    const rule = new CfnRule(this, `Listener-${row.name}`, {
      eventBusName: row.bus === 'default' ? 'default' : this.bus.eventBusName,
      eventPattern: row.pattern,
      state: 'ENABLED',
      targets: [
        {
          id: 'queue',
          arn: queue.queueArn,
          ...(row.isKept && { deadLetterConfig: { arn: deadLetters.queueArn } }),
        },
      ],
    });
    allowRules(queue, rule.attrArn);
    if (row.isKept) allowRules(deadLetters, rule.attrArn);
    return rule;
  }
}

/** Its ARN ends in `rule/<name>`; `Ref` may answer the bus too. */
const nameOnAccountBus = (rule: CfnRule): string => Fn.select(1, Fn.split('/', rule.attrArn));

function allowRules(queue: Queue, ruleArns: string): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnLike: { 'aws:SourceArn': ruleArns } },
    }),
  );
}
