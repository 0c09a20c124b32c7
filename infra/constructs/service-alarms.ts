import { Duration } from 'aws-cdk-lib';
import {
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import type { TableName } from '../../shared/ports/table.ts';
import { functions } from '../manifest.ts';
import type { AlarmRow } from './alarm-row.ts';
import type { Api } from './api.ts';
import type { Data } from './data.ts';

const period = Duration.minutes(5);

/** AWS reviews an account from 5 % bounces and 0.1 % complaints on (SES, "Reputation metrics"). */
const bounceRate = 0.04;
const complaintRate = 0.0008;

/** Requests of one table refused in five minutes; a table that grows refuses some for a moment. */
const throttledRequests = 100;

/** What is alarmed of the services underneath: the API, SES, DynamoDB, Lambda. */
export const serviceAlarms = (made: {
  readonly api: Api;
  readonly data: Data;
}): readonly AlarmRow[] => [
  onServerErrors(made.api),
  onReputation({ what: 'bounce', metricName: 'Reputation.BounceRate', threshold: bounceRate }),
  onReputation({
    what: 'complaint',
    metricName: 'Reputation.ComplaintRate',
    threshold: complaintRate,
  }),
  // `keys` forgets that the keys are the table names.
  ...(Object.keys(tableDefinitions) as TableName[]).map((name) =>
    onThrottledTable(name, made.data),
  ),
  onThrottles(),
];

/** An HTTP function answers 500 instead of failing, so its errors show at the API alone. */
function onServerErrors({ http }: Api): AlarmRow {
  const losses = functions.filter(({ trigger }) => trigger.kind === 'http').map(({ loss }) => loss);
  return {
    name: 'requests fail',
    kind: 'platform',
    loss: losses.join(' '),
    seen: 'Requests are answered with 5xx.',
    todo: 'see which route in the access log, then find the error in the log of functions/http/public.ts or admin.ts.',
    runbook: 'Requests fail',
    when: {
      metric: http.metricServerError({ period, statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    },
  };
}

type Reputation = {
  readonly what: 'bounce' | 'complaint';
  readonly metricName: string;
  readonly threshold: number;
};

/** AWS judges the account, so the rates are the account's, whoever sends from it. */
function onReputation({ what, metricName, threshold }: Reputation): AlarmRow {
  return {
    name: `${what} rate`,
    kind: 'sending',
    loss: 'The account may lose its right to send any email at all.',
    seen: `The ${what} rate of the account is above ${threshold * 100} %; AWS looks into it from ${what === 'bounce' ? 5 : 0.1} % on.`,
    todo: 'find the campaign behind it in the reports, pause it, and clean its audience.',
    runbook: 'Bounces and complaints',
    when: {
      metric: new Metric({
        namespace: 'AWS/SES',
        metricName,
        period: Duration.hours(1),
        statistic: Stats.MAXIMUM,
      }),
      threshold,
      evaluationPeriods: 1,
      // SES says nothing while nothing is sent: the rate stands as it stood.
      treatMissingData: TreatMissingData.IGNORE,
    },
  };
}

/** DynamoDB says nothing while nothing is throttled, and its alarms would stay as they were: hence FILL. */
function onThrottledTable(name: TableName, { tables }: Data): AlarmRow {
  const { tableName } = tables[name];
  const { dueIndex } = tableDefinitions[name];
  const places = [
    { TableName: tableName },
    ...(dueIndex === undefined
      ? []
      : [{ TableName: tableName, GlobalSecondaryIndexName: dueIndex.name }]),
  ];
  const usingMetrics: Record<string, IMetric> = {};
  for (const [place, dimensionsMap] of places.entries()) {
    for (const way of ['Read', 'Write']) {
      usingMetrics[`${way.toLowerCase()}${place}`] = new Metric({
        namespace: 'AWS/DynamoDB',
        metricName: `${way}ThrottleEvents`,
        dimensionsMap,
        period,
        statistic: Stats.SUM,
      });
    }
  }
  return {
    name: `table ${name} throttled`,
    kind: 'platform',
    loss: 'Leads, decisions and messages are late: none is lost, but queues fill.',
    seen: `DynamoDB has refused requests to the table "${name}" for a quarter of an hour.`,
    todo: 'wait half an hour, in which a table grows by itself; if it goes on, raise its quota of request units.',
    runbook: 'The account is at a limit',
    when: {
      metric: new MathExpression({
        expression: `FILL(SUM([${Object.keys(usingMetrics).join(', ')}]), 0)`,
        usingMetrics,
        period,
        label: `Throttled requests of ${name}`,
      }),
      threshold: throttledRequests,
      evaluationPeriods: 3,
    },
  };
}

/** Functions share the account's concurrency: when it is used up, all of them wait. */
function onThrottles(): AlarmRow {
  return {
    name: 'functions throttled',
    kind: 'platform',
    loss: 'Everything is late, and websites may be refused.',
    seen: 'The account runs as many functions at once as it may.',
    todo: 'ask AWS for more concurrent executions (Service Quotas, Lambda).',
    runbook: 'The account is at a limit',
    when: {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Throttles',
        period,
        statistic: Stats.SUM,
      }),
      threshold: 1,
      evaluationPeriods: 3,
    },
  };
}
