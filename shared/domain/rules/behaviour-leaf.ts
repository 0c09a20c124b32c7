import type { Instant } from '../time/instant.ts';
import { amountAnswer, emptyAnswer } from './amount-leaf.ts';
import { never } from './answer.ts';
import { type Compilation, type RuleNode, registerMetric, zoneReader } from './compilation.ts';
import { dateSpan } from './date-span.ts';
import { edgeAnswer } from './edge-leaf.ts';
import { rowSpans } from './event-spans.ts';
import type { DidLeaf, DidNotLeaf, FirstLeaf, LastLeaf } from './leaf.ts';
import type { Comparisons } from './ledger/decimal.ts';
import { readMetric } from './ledger/ledger.ts';
import { type BehaviourLeaf, eventOf, metricSpec } from './ledger/metric.ts';
import { pairWindow } from './pair-window.ts';

/** What a person did, how often, how much of it, or when first or last. */
export function behaviourNode(leaf: BehaviourLeaf, compilation: Compilation): RuleNode {
  return 'last' in leaf || 'first' in leaf
    ? edgeNode(leaf, compilation)
    : amountNode(leaf, compilation);
}

function amountNode(leaf: DidLeaf | DidNotLeaf, compilation: Compilation): RuleNode {
  const spec = metricSpec(leaf, compilation.context.triggerDays);
  const metricId = registerMetric(spec, compilation);
  const zoneOf = zoneReader(leaf.timeZone, compilation);
  const floorOf = floorReader(leaf, compilation);
  const comparisons = comparisonsOf(leaf);
  const whenEmpty = emptyAnswer(comparisons);
  const answer = amountAnswer({
    window: pairWindow(leaf, leaf.timeZone ?? compilation.context.companyTimeZone),
    comparisons,
    isSum: spec.sum !== null,
    countsTotals: leaf.within === undefined && leaf.between === undefined && !leaf.since,
    rowSpans: rowSpans(leaf.where ?? [], spec.dates),
  });
  return (subject, now, triggeredAt) => {
    const metric = readMetric(subject.ledger, metricId);
    if (metric === undefined) return whenEmpty;
    return answer(metric, zoneOf(subject), now, floorOf(triggeredAt));
  };
}

function comparisonsOf(leaf: DidLeaf | DidNotLeaf): Comparisons {
  if ('didNot' in leaf) return { equals: 0 };
  const { atLeast, atMost, above, below, equals } = leaf;
  const compared = [atLeast, atMost, above, below, equals].some((bound) => bound !== undefined);
  return compared ? { atLeast, atMost, above, below, equals } : { atLeast: 1 };
}

function edgeNode(leaf: LastLeaf | FirstLeaf, compilation: Compilation): RuleNode {
  const spec = metricSpec(leaf, compilation.context.triggerDays);
  const metricId = registerMetric(spec, compilation);
  const zoneOf = zoneReader(leaf.timeZone, compilation);
  const floorOf = floorReader(leaf, compilation);
  const answer = edgeAnswer({
    edge: 'last' in leaf ? 'last' : 'first',
    span: dateSpan(leaf),
    rowSpans: rowSpans(leaf.where ?? [], spec.dates),
  });
  return (subject, now, triggeredAt) => {
    const metric = readMetric(subject.ledger, metricId);
    if (metric === undefined) return never;
    return answer(metric, zoneOf(subject), now, floorOf(triggeredAt));
  };
}

/** The instant from which events count. */
function floorReader(
  leaf: BehaviourLeaf,
  { context }: Compilation,
): (triggeredAt: Instant | undefined) => Instant {
  if (leaf.since === undefined) return () => Number.NEGATIVE_INFINITY;
  const after = eventOf(leaf) === context.triggerEvent ? 1 : 0;
  return (triggeredAt) => {
    if (triggeredAt === undefined) throw new Error('A rule since a trigger needs its instant');
    return triggeredAt + after;
  };
}
