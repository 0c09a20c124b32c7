import type { Instant, WrittenDate } from '../../time/instant.ts';
import type { Units } from './decimal.ts';
import type { Kept } from './kept-values.ts';

/** What a person did of one kind: single events as pairs in order of time, older ones as totals. */
export type Metric = {
  /** Folded events. */
  count: number;
  sum: Units;
  /** Infinity while nothing is folded. */
  first: Instant;
  /** -Infinity while nothing is folded. */
  last: Instant;
  /** Ascending; instants in the future included. */
  readonly times: Instant[];
  /** Beside `times`, in units of `10 ** -scale`; empty when nothing is summed. */
  values: Units[];
  /** Beside `times`: the dates of each matching product; empty when no dates are kept. */
  readonly rows: Row[][];
  scale: number;
  /** Sum of all absolute amounts; infinite when one is a bigint. Under 2 ** 51 all sums are exact numbers. */
  magnitude: number;
  hasNegative: boolean;
  /** What is kept of a property's values; undefined where none are asked for, or none have come. */
  kept: Kept | undefined;
};

export type Row = readonly WrittenDate[];

/** An empty history. */
export const newMetric = (): Metric => ({
  count: 0,
  sum: 0,
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  times: [],
  values: [],
  rows: [],
  scale: 0,
  magnitude: 0,
  hasNegative: false,
  kept: undefined,
});

/** Keeps `magnitude` and `hasNegative` true for one more amount. */
export function weigh(metric: Metric, value: Units): void {
  metric.magnitude += typeof value === 'number' ? Math.abs(value) : Number.POSITIVE_INFINITY;
  metric.hasNegative ||= value < 0;
}
