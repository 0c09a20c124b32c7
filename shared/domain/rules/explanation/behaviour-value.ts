import type { Instant } from '../../time/instant.ts';
import type { RuleContext, Subject } from '../compilation.ts';
import { edgeFinder } from '../edge-leaf.ts';
import { rowSpans, spansOfEvents } from '../event-spans.ts';
import type { DidLeaf, DidNotLeaf, FirstLeaf, LastLeaf } from '../leaf.ts';
import { add, type Units } from '../ledger/decimal.ts';
import { readMetric } from '../ledger/ledger.ts';
import { type BehaviourLeaf, metricSpec } from '../ledger/metric.ts';
import type { Metric } from '../ledger/metric-history.ts';
import { pairWindow } from '../pair-window.ts';

/** What a leaf counted: events inside its window, their sum where it asks for one, the latest of them. */
export type Amount = {
  readonly count: number;
  /** The nearest number to the exact sum, which comparisons go by. */
  readonly sum?: number;
  readonly last: Instant | undefined;
};

/** What a condition on how often or how much looks at; its own comparisons hold of it exactly when it does. */
export function amountOf(
  leaf: DidLeaf | DidNotLeaf,
  context: RuleContext,
  { subject, now }: { readonly subject: Subject; readonly now: Instant },
): Amount {
  const metric = metricOf(leaf, context, subject);
  const isSum = 'did' in leaf && leaf.sum !== undefined;
  if (metric === undefined) return { count: 0, ...(isSum && { sum: 0 }), last: undefined };
  const inside = eventsInside(leaf, metric, { context, subject, now });
  // Folded events are older than every window with a near end, and inside every one without a far end.
  const countsFolded = leaf.within === undefined && leaf.between === undefined;
  const count = inside.length + (countsFolded ? metric.count : 0);
  const latest = inside.at(-1);
  const folded = countsFolded && metric.count > 0 ? metric.last : undefined;
  const last = latest === undefined ? folded : Math.max(metric.times[latest] ?? 0, folded ?? 0);
  if (!isSum) return { count, last };
  const sum = inside.reduce<Units>(
    (total, event) => add(total, metric.values[event] ?? 0),
    countsFolded ? metric.sum : 0,
  );
  return { count, sum: Number(`${sum}e-${metric.scale}`), last };
}

/** The first or last event that a condition looks at; undefined when there was none. */
export function edgeOf(
  leaf: LastLeaf | FirstLeaf,
  context: RuleContext,
  { subject, now }: { readonly subject: Subject; readonly now: Instant },
): Instant | undefined {
  const metric = metricOf(leaf, context, subject);
  if (metric === undefined) return undefined;
  const edge = 'last' in leaf ? 'last' : 'first';
  const spans = rowSpans(leaf.where ?? [], metricSpec(leaf).dates);
  const zone = zoneOf(leaf.timeZone, context, subject);
  return edgeFinder({ edge, rowSpans: spans }, metric, zone)(now).at;
}

const metricOf = (
  leaf: BehaviourLeaf,
  context: RuleContext,
  subject: Subject,
): Metric | undefined =>
  readMetric(subject.ledger, context.metricId(metricSpec(leaf, context.triggerDays)));

/** Positions in the metric, in order of time, each once. */
function eventsInside(
  leaf: DidLeaf | DidNotLeaf,
  metric: Metric,
  at: { readonly context: RuleContext; readonly subject: Subject; readonly now: Instant },
): readonly number[] {
  const { context, subject, now } = at;
  const spans = spansOfEvents({
    metric,
    window: pairWindow(leaf, leaf.timeZone ?? context.companyTimeZone),
    rowSpans: rowSpans(leaf.where ?? [], metricSpec(leaf).dates),
    timeZone: zoneOf(leaf.timeZone, context, subject),
    floor: Number.NEGATIVE_INFINITY,
  });
  const inside = spans.filter(({ first, last }) => first <= now && now <= last);
  return [...new Set(inside.map(({ event }) => event))];
}

/** The zone a leaf counts in: the company's unless it names another. */
export const zoneOf = (
  timeZone: string | undefined,
  context: RuleContext,
  subject: Subject,
): string => (timeZone === 'person' ? subject.timeZone : (timeZone ?? context.companyTimeZone));
