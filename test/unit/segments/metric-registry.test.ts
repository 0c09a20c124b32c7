import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../../shared/domain/rules/ledger/metric.ts';
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
    expect(registry.metrics.map(({ spec }) => spec)).toEqual([orders(90, 'total')]);
    expect(findMetric(registry, orders(30))?.id).toBe(1);
    expect(findMetric(registry, orders(null))).toBeUndefined();
    expect(findMetric(registry, orders(30, 'tax'))).toBeUndefined();
  });

  it('count what another adds up, but add up nothing that is only counted', () => {
    const counted = withMetrics(none, [orders(90)]);
    expect(findMetric(counted, orders(90, 'total'))).toBeUndefined();
    const grown = withMetrics(settledMetrics(counted, [orders(90)]), [
      orders(90),
      orders(90, 'total'),
    ]);
    expect(idsOf(grown)).toEqual([1, 2]);
    expect(findMetric(grown, orders(90))).toMatchObject({ id: 1, filled: true });
    expect(idsOf(settledMetrics(grown, [orders(90), orders(90, 'total')]))).toEqual([2]);
  });

  it('are not dropped for another that was filled from a shorter past', () => {
    const all = settledMetrics(withMetrics(none, [orders(0)]), [orders(0)]);
    const grown = withMetrics(all, [orders(30, 'total')], 90);
    const needs = [orders(0), orders(30, 'total')];
    expect(idsOf(settledMetrics(grown, needs))).toEqual([1, 2]);
  });

  it('answer from the longest past of which one was filled', () => {
    const recent = settledMetrics(withMetrics(none, [orders(30)], 90), [orders(30)]);
    const grown = withMetrics(recent, [orders(0, 'total')]);
    const needs = [orders(0, 'total'), orders(30), orders(0)];
    const settled = settledMetrics(grown, needs);
    expect(idsOf(settled)).toEqual([1, 2]);
    expect(findMetric(settled, orders(0))?.id).toBe(2);
  });

  it('do not count what computed values keep', () => {
    const amounts = { ...orders(90), values: { property: 'total', keep: 'amounts' as const } };
    const registry = withMetrics(none, [amounts, orders(90)]);
    expect(idsOf(registry)).toEqual([1, 2]);
    expect(findMetric(registry, orders(90))?.id).toBe(2);
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
