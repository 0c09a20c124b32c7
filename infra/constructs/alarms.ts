import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type AlarmKind, type AlarmRow, descriptionOf } from './alarm-row.ts';
import type { Api } from './api.ts';
import { canaryAlarm } from './canary-alarm.ts';
import { countedAlarms } from './counted-alarms.ts';
import type { Data } from './data.ts';
import { deliveryAlarms } from './delivery-alarms.ts';
import type { Events } from './events.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';
import { serviceAlarms } from './service-alarms.ts';
import type { Triggers } from './triggers.ts';
import { workAlarms } from './work-alarms.ts';

export type AlarmsProps = {
  readonly address: string;
  readonly api: Api;
  readonly data: Data;
  readonly events: Events;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly triggers: Triggers;
};

/** Every failure says what the business loses by it and what to do, in the words of the manifest. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly #made: { readonly row: AlarmRow; readonly alarm: Alarm }[] = [];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = this.#topic();
    this.topic.addSubscription(new EmailSubscription(props.address));
    const rows = [
      ...workAlarms(props),
      ...countedAlarms(),
      ...serviceAlarms(props),
      ...deliveryAlarms(props.events),
      canaryAlarm(),
    ];
    for (const row of rows) this.#alarm(row);
  }

  of(kind: AlarmKind): readonly Alarm[] {
    return this.#made.filter(({ row }) => row.kind === kind).map(({ alarm }) => alarm);
  }

  /** A policy of its own, which TLS asks for, takes the place of the one that lets the account's services publish. */
  #topic(): Topic {
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    const { account, stackName } = Stack.of(this);
    const ours = Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: `${stackName} *`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': ours },
        },
      }),
    );
    return topic;
  }

  /** Under a name that people read in the mail's subject: nothing but another name replaces an alarm. */
  #alarm(row: AlarmRow): void {
    const alarm = new Alarm(this, row.name, {
      alarmName: `${Stack.of(this).stackName} ${row.name}`,
      alarmDescription: descriptionOf(row),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...row.when,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    this.#made.push({ row, alarm });
  }
}
