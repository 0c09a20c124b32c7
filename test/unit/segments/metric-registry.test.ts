import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../shared/domain/rules/metric.ts';
import {
  findMetric,
  type MetricRegistry,
  settledMetrics,
  withMetrics,
} from '../../../shared/domain/segments/metric-registry.ts';

const orders = (retentionDays: number | null, sum: string | null = null): MetricSpec => ({
  event: 'Order Completed',
  where: [],
  sum,
  dates: [],
  retentionDays,
});
const none: MetricRegistry = { nextId: 1, metrics: [] };
const idsOf = ({ metrics }: MetricRegistry) => metrics.map(({ id }) => id);

describe('the metrics that ledgers are kept for', () => {
  it('are shared by rules that need the same, or less', () => {
    const registry = withMetrics(none, [orders(90), orders(30), orders(0), orders(90, 'total')]);
    expect(idsOf(registry)).toEqual([1, 2]);
    expect(findMetric(registry, orders(30))?.id).toBe(1);
    expect(findMetric(registry, orders(null))).toBeUndefined();
  });

  it('grow by a new one for a longer window, while the filled one answers what it can', () => {
    const filled = settledMetrics(withMetrics(none, [orders(30)]), [orders(30)]);
    const grown = withMetrics(filled, [orders(90)]);
    expect(idsOf(grown)).toEqual([1, 2]);
    expect(findMetric(grown, orders(30))).toMatchObject({ id: 1, filled: true });
    expect(findMetric(grown, orders(90))).toMatchObject({ id: 2, filled: false });
  });

  it('are filled after a pass; those without use are dropped, and their ids not used again', () => {
    const grown = withMetrics(withMetrics(none, [orders(30)]), [orders(90)]);
    const settled = settledMetrics(grown, [orders(90)]);
    expect(settled.metrics).toEqual([{ id: 2, spec: orders(90), filled: true }]);
    expect(idsOf(withMetrics(settledMetrics(settled, []), [orders(30)]))).toEqual([3]);
  });
});
