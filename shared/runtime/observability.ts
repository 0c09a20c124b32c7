import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import {
  type CountedMetric,
  canaryMetric,
  dueLagMetric,
  metricDimensions,
  metricNamespace,
  sentMetrics,
} from '../adapters/aws/counted-metrics.ts';

/** Structured logs. Never personal data: ids, counts, reasons and durations only. */
export const logger = new Logger({ serviceName: 'perennial' });

// Powertools warns at every invocation that counted nothing, and most count nothing.
const quietWhenEmpty = {
  debug: console.debug,
  info: console.info,
  error: console.error,
  warn: (...content: readonly unknown[]) => {
    if (!String(content[0]).startsWith('No application metrics')) console.warn(...content);
  },
};

/** Metrics in CloudWatch's embedded format, one namespace for the whole product. */
export const metrics = new Metrics({
  namespace: metricNamespace,
  serviceName: metricDimensions.service,
  logger: quietWhenEmpty,
});

/** Adds to a count whose alarm stands in the deployment. */
export const count = (metric: CountedMetric, times: number): void => {
  metrics.addMetric(metric, MetricUnit.Count, times);
};

/** Adds to what the dashboard shows of messages that providers have taken. */
export const countSent = (channel: keyof typeof sentMetrics, messages: number): void => {
  metrics.addMetric(sentMetrics[channel], MetricUnit.Count, messages);
};

/** How long what is due has waited for somebody to see to it. */
export const dueFor = (lagMs: number): void => {
  metrics.addMetric(dueLagMetric, MetricUnit.Seconds, Math.round(lagMs / 1000));
};

/** A lead of the canary has come out at the other end, so long after it was posted. */
export const canaryHeard = (latencyMs: number): void => {
  metrics.addMetric(canaryMetric, MetricUnit.Milliseconds, latencyMs);
};
