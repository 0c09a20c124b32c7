import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { queues } from '../queue-manifest.ts';
import type { AlarmRow } from './alarm-row.ts';
import type { AccountRule, Events } from './events.ts';

const period = Duration.minutes(5);

const runbook = 'EventBridge does not deliver';

/**
 * EventBridge tries for 24 hours to put an event or a start on its queue, and then drops it; what a rule
 * may not deliver it drops at once. No function fails by that, and no queue waits.
 */
export const deliveryAlarms = (events: Events): readonly AlarmRow[] => [
  ...events.accountRules.map(onAccountRule),
  onBus(events),
  onFailingSchedules(events),
  onLostSchedules(events),
];

function onAccountRule({ row, ruleName }: AccountRule): AlarmRow {
  return {
    name: `${row.name} not delivered`,
    kind: 'platform',
    loss: queues[row.queue].loss,
    seen: `EventBridge could not put events on the queue "${row.queue}", and tries no more.`,
    todo: `put right the queue or its policy; then move back what lies among the dead letters of "${row.queue}", where those events are.`,
    runbook,
    when: {
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'FailedInvocations',
        dimensionsMap: { RuleName: ruleName },
        period,
        statistic: Stats.SUM,
      }),
      threshold: 1,
      evaluationPeriods: 1,
    },
  };
}

/**
 * Campaigns make rules under names that no template knows, and CloudWatch counts what was given up by
 * the rule only: hence a query over all rules of the bus. No dead letters for them: the timeline has
 * every event, and publishes it again.
 */
function onBus({ bus }: Events): AlarmRow {
  return {
    name: 'events not delivered',
    kind: 'platform',
    loss: 'Events did not start their campaigns, or conversions are missing from reports.',
    seen: 'EventBridge could not deliver events of a rule on the bus, and tries no more.',
    todo: 'find the rule, put right its queue or the policy of that, then publish the span again with the command of the output RepublishCommand.',
    runbook,
    when: {
      metric: new MathExpression({
        expression: `SELECT SUM(FailedInvocations) FROM "AWS/Events" WHERE EventBusName = '${bus.eventBusName}'`,
        usingMetrics: {},
        period,
        label: 'Events given up',
      }),
      threshold: 1,
      // A rule's metric is there from its first failure on, which a query may find late.
      evaluationPeriods: 3,
      datapointsToAlarm: 1,
    },
  };
}

/** Told of while it is still tried: one refusal passes by itself, a second one so soon does not. */
function onFailingSchedules({ group }: Events): AlarmRow {
  return {
    name: 'schedules fail',
    kind: 'platform',
    loss: 'Recurring campaigns do not start on time, and one-off ones ten minutes late.',
    seen: 'EventBridge Scheduler was refused twice within a quarter of an hour when it put a start on the queue "runs".',
    todo: 'put right the queue or the role of the scheduler: a start is tried for up to 24 hours, and comes by itself then.',
    runbook,
    when: {
      metric: group.metricTargetErrors({ period: Duration.minutes(15), statistic: Stats.SUM }),
      threshold: 2,
      evaluationPeriods: 1,
    },
  };
}

/** A start of a one-off campaign is made up for by the tick; one of a recurring campaign by nobody. */
function onLostSchedules({ group }: Events): AlarmRow {
  return {
    name: 'schedules gave up',
    kind: 'platform',
    loss: 'A recurring campaign may have missed a start.',
    seen: 'EventBridge Scheduler could not put a start on the queue "runs", and tries no more.',
    todo: 'put right the queue or the role of the scheduler; then find the run that is missing (GET /admin/campaigns/{id}/runs), and send it by a one-off campaign.',
    runbook,
    when: {
      metric: group.metricDropped({ period, statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 1,
    },
  };
}
