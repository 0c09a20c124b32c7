import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import {
  type CountedMetric,
  countedMetrics,
  lastingMetrics,
  metricDimensions,
  metricNamespace,
} from '../../shared/adapters/aws/counted-metrics.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import type { FunctionRow } from '../function-row.ts';
import { functions } from '../manifest.ts';
import { queues } from '../queue-manifest.ts';
import type { Api } from './api.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';
import type { Triggers } from './triggers.ts';

const period = Duration.minutes(5);

/** Half of the hour after which a publisher that lags must have been noticed. */
const iteratorAgeMs = Duration.minutes(30).toMilliseconds();

const countedLosses: Readonly<Record<CountedMetric, string>> = {
  MessagesRefused:
    'The provider takes no messages: emails, SMS or pushes wait, and after days they are given up. ' +
    'See whether the account may send, and how many a second.',
  MessagesUnanswered:
    'The provider does not answer: whether messages went out is not known, and they are not sent again.',
  WebhooksRefused:
    'A system of the company takes no webhooks: what they should set off there does not happen, and ' +
    'after three days they are given up. The log ("provider-refused") names the run. See that the ' +
    'endpoint answers with 2xx within 15 seconds, or cancel the campaign.',
  BackupsRestored:
    'Nothing goes out: the tables were put back from a backup, which has forgotten what was sent since, ' +
    'so every live campaign has been paused (GET /admin/campaigns/{id}: pausedFor). Look at each, then ' +
    'resume or cancel it.',
  CampaignsPausedForReputation:
    'A campaign has paused itself: too many of its emails bounce or are complained about, and by ' +
    'going on, the account may lose its right to send anything. GET /admin/campaigns/{id} says why ' +
    '(pausedFor), the log names the campaign. Clean its audience, then resume or cancel it.',
};

export type AlarmsProps = {
  readonly address: string;
  readonly api: Api;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly triggers: Triggers;
};

/** Every failure says what the business loses by it, in the words of the manifest. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = this.#topic();
    this.topic.addSubscription(new EmailSubscription(props.address));
    this.#onDeadLetters(props.queues);
    this.#onWaiting(props.queues);
    for (const row of functions) this.#onFunction(row, props.functions);
    this.#onUnpublished(props.triggers);
    this.#onServerErrors(props.api);
    this.#onThrottles();
    this.#onCounted();
  }

  /** A policy of its own, which TLS asks for, takes the place of the one that lets the account's services publish. */
  #topic(): Topic {
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    return topic;
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

  /** A queue whose reader does not keep up has no dead letters for days. */
  #onWaiting({ pairs }: Queues): void {
    for (const name of queueNames) {
      const { alarmAfterMinutes, loss } = queues[name];
      if (alarmAfterMinutes === undefined) continue;
      this.#alarm(`${name}-waiting`, {
        alarmDescription: `${loss} Messages have waited in the queue "${name}" for ${alarmAfterMinutes} minutes.`,
        metric: pairs[name].queue.metricApproximateAgeOfOldestMessage({
          period,
          statistic: Stats.MAXIMUM,
        }),
        threshold: alarmAfterMinutes * 60,
        evaluationPeriods: 1,
      });
    }
  }

  #onFunction(row: FunctionRow, made: Functions): void {
    const lambda = made.of(row.file);
    if (row.trigger.kind === 'logs') {
      // It fails to be called again, so its errors tell nothing.
      this.#alarm(`${row.file}-given-up`, {
        alarmDescription: `${row.loss} ${row.file} failed three times; the log groups of SNS keep its lines for a week.`,
        metric: lambda.metric('AsyncEventsDropped', { period, statistic: Stats.SUM }),
        threshold: 1,
        evaluationPeriods: 1,
      });
      return;
    }
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

  /** What goes to the bucket was retried for hours and will not be again. */
  #onUnpublished({ timelineMappingId }: Triggers): void {
    this.#alarm('timeline-not-published', {
      alarmDescription:
        'What people did starts no campaign: events of the timeline were given up and lie in the ' +
        'bucket of failed batches. Publish them again with functions/tracking/republish-timeline.ts.',
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: timelineMappingId },
        period,
        statistic: Stats.SUM,
      }),
      threshold: 1,
      evaluationPeriods: 1,
    });
  }

  /** A function that counts this has done its work: only its own counts tell. */
  #onCounted(): void {
    for (const metricName of countedMetrics) {
      this.#alarm(metricName, {
        alarmDescription: countedLosses[metricName],
        metric: new Metric({
          namespace: metricNamespace,
          metricName,
          dimensionsMap: metricDimensions,
          period,
          statistic: Stats.SUM,
        }),
        threshold: 1,
        // What stands still is told of at once.
        ...(lastingMetrics.includes(metricName)
          ? { evaluationPeriods: 5, datapointsToAlarm: 3 }
          : { evaluationPeriods: 1 }),
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
