import { type MetricSpec, metricKey } from '../rules/metric.ts';

/**
 * A metric that profiles keep a ledger for. `id` is small and never used again for another. While it
 * is not `filled`, a ledger without it says nothing; afterwards it says "never happened".
 */
export type Metric = {
  readonly id: number;
  readonly spec: MetricSpec;
  readonly filled: boolean;
  /** How many days of history the timeline kept when it was filled from there; absent: all. */
  readonly keptDays?: number | undefined;
};

export type MetricRegistry = { readonly nextId: number; readonly metrics: readonly Metric[] };

/** Whether a ledger kept by `have` answers what `need` asks: the same events, kept at least as long. */
const answers = (have: MetricSpec, need: MetricSpec): boolean =>
  metricKey(have) === metricKey(need) &&
  (have.retentionDays === null ||
    (need.retentionDays !== null && have.retentionDays >= need.retentionDays));

export const findMetric = (registry: MetricRegistry, need: MetricSpec): Metric | undefined =>
  // A filled one first: it answers without a look at the timeline.
  registry.metrics.find((metric) => metric.filled && answers(metric.spec, need)) ??
  registry.metrics.find((metric) => answers(metric.spec, need));

/** Whether the ledgers hold already what a need looks back over: `days` of history, or all of it (null). */
export const isAnswered = (
  registry: MetricRegistry,
  need: MetricSpec,
  days: number | null,
): boolean =>
  registry.metrics.some(
    ({ filled, spec, keptDays }) =>
      filled &&
      answers(spec, need) &&
      (keptDays === undefined || (days !== null && days <= keptDays)),
  );

/**
 * The registry with a metric for every need; a longer window is a new metric, filled from the timeline,
 * which keeps `timelineDays` of events (undefined: all).
 */
export function withMetrics(
  registry: MetricRegistry,
  needs: readonly MetricSpec[],
  timelineDays?: number,
): MetricRegistry {
  const kept = timelineDays === undefined ? {} : { keptDays: timelineDays };
  return needs.reduce((grown, spec) => {
    if (findMetric(grown, spec) !== undefined) return grown;
    const metric = { id: grown.nextId, spec, filled: false, ...kept };
    return { nextId: grown.nextId + 1, metrics: [...grown.metrics, metric] };
  }, registry);
}

/** The registry after a pass over everybody: all that is needed is filled, the rest is dropped. */
export function settledMetrics(
  registry: MetricRegistry,
  needs: readonly MetricSpec[],
): MetricRegistry {
  const filled = {
    ...registry,
    metrics: registry.metrics.map((metric) => ({ ...metric, filled: true })),
  };
  const used = new Set(needs.map((need) => findMetric(filled, need)?.id));
  return { ...filled, metrics: filled.metrics.filter((metric) => used.has(metric.id)) };
}
