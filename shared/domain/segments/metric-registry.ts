import { holdsEvents, type MetricSpec } from '../rules/ledger/metric.ts';

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
  holdsEvents(have, need) &&
  (have.retentionDays === null ||
    (need.retentionDays !== null && have.retentionDays >= need.retentionDays));

/** A filled one first: it answers without a look at the timeline. Of these, one that knows most of the past. */
export const findMetric = (registry: MetricRegistry, need: MetricSpec): Metric | undefined =>
  registry.metrics
    .filter(({ spec }) => answers(spec, need))
    .reduce<Metric | undefined>(
      (best, other) => (best === undefined || knowsMore(other, best) ? other : best),
      undefined,
    );

const knowsMore = (one: Metric, other: Metric): boolean =>
  one.filled === other.filled ? reach(one) > reach(other) : one.filled;

/** Days of history that there were when a metric was filled. */
const reach = (metric: Metric): number => metric.keptDays ?? Number.POSITIVE_INFINITY;

/** The metric of a need that is known to be met. */
export function requireMetric(registry: MetricRegistry, need: MetricSpec): Metric {
  const metric = findMetric(registry, need);
  if (metric === undefined) throw new Error(`No metric is registered for event "${need.event}".`);
  return metric;
}

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

/** Sums before counts, which they answer too. */
const sumsFirst = (needs: readonly MetricSpec[]): readonly MetricSpec[] =>
  needs.toSorted((one, other) => Number(one.sum === null) - Number(other.sum === null));

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
  return sumsFirst(needs).reduce((grown, spec) => {
    if (findMetric(grown, spec) !== undefined) return grown;
    const metric = { id: grown.nextId, spec, filled: false, ...kept };
    return { nextId: grown.nextId + 1, metrics: [...grown.metrics, metric] };
  }, registry);
}

/**
 * The registry after a pass over everybody: all that is needed is filled, the rest is dropped, and so
 * is what another answers that knows as much of the past.
 */
export function settledMetrics(
  registry: MetricRegistry,
  needs: readonly MetricSpec[],
): MetricRegistry {
  const filled = {
    ...registry,
    metrics: registry.metrics.map((metric) => ({ ...metric, filled: true })),
  };
  const used = new Set<Metric>();
  for (const need of sumsFirst(needs)) {
    const metric = findMetric(filled, need);
    if (metric === undefined) continue;
    const isShared = (other: Metric): boolean =>
      answers(other.spec, need) && reach(other) >= reach(metric);
    if (![...used].some(isShared)) used.add(metric);
  }
  return { ...filled, metrics: filled.metrics.filter((metric) => used.has(metric)) };
}
