import { Duration } from 'aws-cdk-lib';
import { Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  canaryMetric,
  metricDimensions,
  metricNamespace,
} from '../../shared/adapters/aws/counted-metrics.ts';
import { canaryLateMs } from '../../shared/domain/canary/canary.ts';
import type { AlarmRow } from './alarm-row.ts';

/**
 * The quickest of the canary's leads in five minutes was late, or there was none, three times over: so it
 * rings whatever link is broken, also when nothing posts them any more. One that comes twice, or late
 * beside one in time, changes nothing.
 */
export const canaryAlarm = (): AlarmRow => ({
  name: 'leads do not come through',
  kind: 'platform',
  loss: 'Leads may be refused, or accepted and not stored, and start nothing.',
  seen: `For a quarter of an hour no lead of the canary has come through within ${canaryLateMs / 60_000} minutes.`,
  todo: 'look along the way of a lead: the log of post-canary, the queue "inputs" and the log of ingest-inputs, the log of publish-timeline, the queue "canary" and the log of hear-canary.',
  runbook: 'Leads do not come through',
  when: {
    metric: new Metric({
      namespace: metricNamespace,
      metricName: canaryMetric,
      dimensionsMap: metricDimensions,
      period: Duration.minutes(5),
      statistic: Stats.MINIMUM,
    }),
    threshold: canaryLateMs,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.BREACHING,
  },
});
