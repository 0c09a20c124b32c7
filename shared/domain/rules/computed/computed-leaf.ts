import { amountAnswer, emptyAnswer } from '../amount-leaf.ts';
import { type Answer, always, never } from '../answer.ts';
import { type Compilation, type RuleNode, registerMetric } from '../compilation.ts';
import { rowSpans } from '../event-spans.ts';
import { type ComputedLeaf, comparisonWords, valueWords } from '../leaf.ts';
import type { Comparisons } from '../ledger/decimal.ts';
import { readMetric } from '../ledger/ledger.ts';
import { type Metric, newMetric } from '../ledger/metric-history.ts';
import { pairWindow } from '../pair-window.ts';
import { valueTest } from '../value-test.ts';
import { type ComputedDefinition, computedSpec } from './computed.ts';
import { computedCourse } from './computed-course.ts';
import { type Asked, readingOf } from './computed-reading.ts';

/** Whether a computed value satisfies its conditions; nobody has one that is not defined yet. */
export function computedNode(leaf: ComputedLeaf, compilation: Compilation): RuleNode {
  compilation.computed.add(leaf.computed);
  const { context } = compilation;
  const definition = context.computed?.(leaf.computed);
  if (definition === undefined) {
    const answer = valueTest(leaf)(undefined) ? always : never;
    return () => answer;
  }
  const metricId = registerMetric(computedSpec(definition), compilation);
  return (
    amountNode(leaf, { definition, zone: context.companyTimeZone, metricId }) ??
    valueNode(leaf, { definition, zone: context.companyTimeZone, metricId })
  );
}

type Meaning = {
  readonly definition: ComputedDefinition;
  readonly zone: string;
  readonly metricId: number;
};

/** Counts and sums between bounds are what `did` asks; undefined for anything else. */
function amountNode(
  leaf: ComputedLeaf,
  { definition, zone, metricId }: Meaning,
): RuleNode | undefined {
  const { function: word, within, where = [] } = definition;
  const comparisons = comparisonsOf(leaf);
  if ((word !== 'count' && word !== 'sum') || comparisons === undefined) return undefined;
  const answer = amountAnswer({
    window: pairWindow({ within }, zone),
    comparisons,
    isSum: word === 'sum',
    countsTotals: within === undefined,
    rowSpans: rowSpans(where, computedSpec(definition).dates),
  });
  const whenEmpty = emptyAnswer(comparisons);
  return ({ ledger }, now) => {
    const metric = readMetric(ledger, metricId);
    return metric === undefined ? whenEmpty : answer(metric, zone, now, Number.NEGATIVE_INFINITY);
  };
}

/** The conditions, when all of them are bounds on a number. */
function comparisonsOf(leaf: ComputedLeaf): Comparisons | undefined {
  const { equals, atLeast, atMost, above, below } = leaf;
  const others = valueWords.filter((word) => !comparisonWords.includes(word));
  const asksMore = others.some((word) => leaf[word as keyof ComputedLeaf] !== undefined);
  if (asksMore || (equals !== undefined && typeof equals !== 'number')) return undefined;
  return { equals, atLeast, atMost, above, below };
}

function valueNode(leaf: ComputedLeaf, { definition, zone, metricId }: Meaning): RuleNode {
  const courseOf = computedCourse(definition, zone);
  const reading = readingOf(definition, zone);
  const asked: Asked = { test: valueTest(leaf), marks: marksOf(leaf) };
  const nothing = newMetric();
  const answer = (metric: Metric, now: number): Answer => {
    const course = courseOf(metric, now);
    let at = now;
    let shown = course.shown();
    const holds = asked.test(reading.value(shown, at));
    for (;;) {
      const turn = reading.turn(shown, at, asked);
      const next = course.next();
      if (turn < next || next === Number.POSITIVE_INFINITY) return holds ? turn : -turn;
      at = next;
      shown = course.shown();
      if (asked.test(reading.value(shown, at)) !== holds) return holds ? at : -at;
    }
  };
  return ({ ledger }, now) => answer(readMetric(ledger, metricId) ?? nothing, now);
}

/** The whole numbers at which a test of growing numbers may turn. */
function marksOf({ equals, notEquals, oneOf, ...leaf }: ComputedLeaf): readonly number[] {
  const { atLeast, atMost, above, below } = leaf;
  const bounds = [equals, notEquals, ...(oneOf ?? []), atLeast, atMost, above, below];
  const marks = bounds
    .filter((bound) => typeof bound === 'number')
    .flatMap((bound) => [Math.ceil(bound), Math.floor(bound) + 1]);
  return [...new Set(marks)].sort((one, other) => one - other);
}
