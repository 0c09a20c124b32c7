import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  canaryMetric,
  dueLagMetric,
  metricDimensions,
  metricNamespace,
  sentMetrics,
} from '../../shared/adapters/aws/counted-metrics.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { functions as rows } from '../manifest.ts';
import type { AlarmKind } from './alarm-row.ts';
import type { Alarms } from './alarms.ts';
import type { Api } from './api.ts';
import type { Data } from './data.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';

const period = Duration.minutes(5);
const { SUM, MAXIMUM } = Stats;

export type OverviewProps = {
  readonly alarms: Alarms;
  readonly api: Api;
  readonly data: Data;
  readonly functions: Functions;
  readonly queues: Queues;
};

type Graph = {
  readonly title: string;
  readonly metrics: readonly IMetric[];
  /** Of the 24 columns. */
  readonly width: number;
  readonly height?: number;
};

/**
 * The one dashboard: what comes in, what goes out, what waits. Each function and each queue of dead
 * letters stands on it by its alarm, so that all of it names at most 50 metrics: then it is free among
 * the first three dashboards of an account.
 */
export class Overview extends Construct {
  readonly #props: OverviewProps;

  constructor(scope: Construct, id: string, props: OverviewProps) {
    super(scope, id);
    this.#props = props;
    new Dashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.hours(12),
      widgets: [
        [text('# Perennial\nWhat comes in, what goes out, and what waits.')],
        [text('## Is anything wrong?\nAn alarm says what is lost and what to do; click on it.')],
        this.#alarms(),
        [text('## What comes in')],
        this.#comingIn(),
        [text('## What goes out')],
        this.#goingOut(),
        [text('## What waits')],
        this.#waiting(),
        [text('## What it uses')],
        this.#using(),
      ],
    });
  }

  get url(): string {
    const { region, stackName } = Stack.of(this);
    return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${stackName}`;
  }

  #alarms(): IWidget[] {
    const titles: readonly (readonly [AlarmKind, string, number])[] = [
      ['sending', 'Sending and reputation', 4],
      ['platform', 'Requests, deliveries, tables and limits', 4],
      ['waiting', 'Queues whose work waits', 4],
      ['dead-letters', 'Dead letters: work that was given up', 5],
      ['function', 'Functions that fail', 7],
    ];
    return titles.map(
      ([kind, title, height]) =>
        new AlarmStatusWidget({
          title,
          alarms: [...this.#props.alarms.of(kind)],
          width: 24,
          height,
        }),
    );
  }

  #comingIn(): IWidget[] {
    const { api, queues } = this.#props;
    const { queue } = queues.pairs.inputs;
    const options = { period, statistic: SUM };
    return [
      graph({
        title: 'Leads and events: accepted, and stored',
        metrics: [
          queue.metricNumberOfMessagesSent({ ...options, label: 'accepted' }),
          queue.metricNumberOfMessagesDeleted({ ...options, label: 'stored' }),
          ours('InputsQuarantined', SUM, 'put into the quarantine'),
        ],
        width: 8,
      }),
      graph({
        title: 'A test lead from end to end, in milliseconds',
        metrics: [ours(canaryMetric, MAXIMUM, 'slowest')],
        width: 4,
      }),
      graph({
        title: 'Requests to the API',
        metrics: [
          api.http.metricCount({ ...options, label: 'all' }),
          api.http.metricClientError({ ...options, label: 'refused (4xx)' }),
          api.http.metricServerError({ ...options, label: 'failed (5xx)' }),
        ],
        width: 6,
      }),
      graph({
        title: 'The slowest answers (1 of 100), in milliseconds',
        metrics: [api.http.metricLatency({ period, statistic: Stats.p(99), label: 'p99' })],
        width: 6,
      }),
    ];
  }

  #goingOut(): IWidget[] {
    return [
      graph({
        title: 'Messages that went out, by channel',
        metrics: [
          ours(sentMetrics.email, SUM, 'emails'),
          ours(sentMetrics.sms, SUM, 'SMS'),
          ours(sentMetrics.push, SUM, 'pushes'),
          ours(sentMetrics.webhook, SUM, 'webhooks'),
        ],
        width: 8,
      }),
      graph({
        title: 'Messages that providers did not take',
        metrics: [
          ours('MessagesRefused', SUM, 'refused: they wait'),
          ours('MessagesUnanswered', SUM, 'unanswered: not known'),
          ours('WebhooksRefused', SUM, 'webhooks refused'),
        ],
        width: 8,
      }),
      graph({
        title: 'Bounces and complaints: AWS looks into it from 0.05 and 0.001 on',
        metrics: [
          ofAccount('SES', 'Reputation.BounceRate', { statistic: MAXIMUM, label: 'bounces' }),
          ofAccount('SES', 'Reputation.ComplaintRate', { statistic: MAXIMUM, label: 'complaints' }),
        ],
        width: 8,
      }),
    ];
  }

  #waiting(): IWidget[] {
    const { functions, queues } = this.#props;
    const tick = rows.find(({ trigger }) => trigger.kind === 'minute');
    if (tick === undefined) throw new Error('No function of the manifest runs by the minute.');
    return [
      graph({
        title: 'The oldest message of every queue, in seconds',
        metrics: queueNames.map((name) =>
          queues.pairs[name].queue.metricApproximateAgeOfOldestMessage({
            period,
            statistic: MAXIMUM,
            label: name,
          }),
        ),
        width: 14,
        height: 9,
      }),
      graph({
        title: 'What has been due longest, in seconds',
        metrics: [ours(dueLagMetric, MAXIMUM, 'due for')],
        width: 5,
        height: 9,
      }),
      graph({
        title: 'Minute ticks (five in five minutes)',
        metrics: [
          functions.of(tick.file).metricInvocations({ period, statistic: SUM, label: 'ticks' }),
        ],
        width: 5,
        height: 9,
      }),
    ];
  }

  #using(): IWidget[] {
    const { tables } = this.#props.data;
    const units = Object.entries(tables).flatMap(([name, { tableName }]) =>
      (['Read', 'Write'] as const).map(
        (way) =>
          new Metric({
            namespace: 'AWS/DynamoDB',
            metricName: `Consumed${way}CapacityUnits`,
            dimensionsMap: { TableName: tableName },
            period,
            statistic: SUM,
            label: `${name}, ${way === 'Read' ? 'read' : 'written'}`,
          }),
      ),
    );
    return [
      graph({ title: 'Units of the tables, which are paid for', metrics: units, width: 8 }),
      graph({
        title: 'Functions: runs, and runs put off for want of room',
        metrics: [
          ofAccount('Lambda', 'Invocations', { statistic: SUM, label: 'runs' }),
          ofAccount('Lambda', 'Throttles', { statistic: SUM, label: 'put off' }),
          ofAccount('Lambda', 'ConcurrentExecutions', { statistic: MAXIMUM, label: 'at once' }),
        ],
        width: 8,
      }),
      graph({
        title: 'Paid by the message: emails of the account, and USD for SMS this month',
        metrics: [
          ofAccount('SES', 'Send', { statistic: SUM, label: 'emails' }),
          ofAccount('SNS', 'SMSMonthToDateSpentUSD', { statistic: MAXIMUM, label: 'USD for SMS' }),
        ],
        width: 8,
      }),
    ];
  }
}

const text = (markdown: string): IWidget => new TextWidget({ markdown, width: 24, height: 2 });

const graph = ({ title, metrics, width, height = 6 }: Graph): IWidget =>
  new GraphWidget({ title, left: [...metrics], width, height, period });

const ours = (metricName: string, statistic: string, label: string): IMetric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: metricDimensions,
    period,
    statistic,
    label,
  });

/** What AWS counts of the whole account, whoever uses it. */
const ofAccount = (
  service: 'SES' | 'SNS' | 'Lambda',
  metricName: string,
  shown: { readonly statistic: string; readonly label: string },
): IMetric => new Metric({ namespace: `AWS/${service}`, metricName, period, ...shown });
