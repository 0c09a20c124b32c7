import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { queueNames } from '../../shared/ports/queue.ts';
import { type FunctionRow, functions, queues } from '../manifest.ts';
import type { Api } from './api.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';

const period = Duration.minutes(5);

/** Half of the hour after which a publisher that lags must have been noticed. */
const iteratorAgeMs = Duration.minutes(30).toMilliseconds();

export type AlarmsProps = {
  readonly address: string;
  readonly api: Api;
  readonly functions: Functions;
  readonly queues: Queues;
};

/** Every failure says what the business loses by it, in the words of the manifest. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.topic.addSubscription(new EmailSubscription(props.address));
    this.#onDeadLetters(props.queues);
    for (const row of functions) this.#onFunction(row, props.functions);
    this.#onServerErrors(props.api);
    this.#onThrottles();
  }

  #onDeadLetters({ pairs }: Queues): void {
    for (const name of queueNames) {
      this.#alarm(`${name}-dead-letters`, {
        alarmDescription: `${queues[name].loss} Dead letters wait in the queue "${name}".`,
        metric: pairs[name].deadLetters.metricApproximateNumberOfMessagesVisible({
          period,
          statistic: Stats.MAXIMUM,
        }),
        threshold: 1,
        evaluationPeriods: 1,
      });
    }
  }

  #onFunction(row: FunctionRow, made: Functions): void {
    const lambda = made.of(row.file);
    this.#alarm(`${row.file}-errors`, {
      alarmDescription: `${row.loss} ${row.file} keeps failing.`,
      metric: lambda.metricErrors({ period, statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
    if (row.trigger.kind === 'stream') {
      this.#alarm(`${row.file}-iterator-age`, {
        alarmDescription: `${row.loss} ${row.file} lags behind by half an hour.`,
        metric: lambda.metric('IteratorAge', { period, statistic: Stats.MAXIMUM }),
        threshold: iteratorAgeMs,
        evaluationPeriods: 1,
      });
    }
    if (row.trigger.kind === 'minute') {
      this.#alarm(`${row.file}-silence`, {
        alarmDescription: `${row.loss} ${row.file} has not run for ten minutes.`,
        metric: lambda.metricInvocations({ period, statistic: Stats.SUM }),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 2,
        treatMissingData: TreatMissingData.BREACHING,
      });
    }
  }

  /** An HTTP function answers 500 instead of failing, so its errors show at the API alone. */
  #onServerErrors({ http }: Api): void {
    const losses = functions
      .filter(({ trigger }) => trigger.kind === 'http')
      .map(({ loss }) => loss);
    this.#alarm('server-errors', {
      alarmDescription: `Requests fail with 5xx. ${losses.join(' ')}`,
      metric: http.metricServerError({ period, statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
  }

  /** Functions share the account's concurrency: when it is used up, all of them wait. */
  #onThrottles(): void {
    this.#alarm('throttles', {
      alarmDescription:
        'Everything is late: the account runs as many functions at once as it may. ' +
        'Ask AWS for more concurrent executions.',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Throttles',
        period,
        statistic: Stats.SUM,
      }),
      threshold: 1,
      evaluationPeriods: 3,
    });
  }

  #alarm(id: string, props: AlarmProps): void {
    const alarm = new Alarm(this, id, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}
