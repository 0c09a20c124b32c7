import type { Instant } from '../time/instant.ts';
import { type Answer, never } from './answer.ts';
import { type Compilation, type RuleNode, registerMetric } from './compilation.ts';
import { boundsAt, type Comparisons } from './decimal.ts';
import type { RfmLeaf } from './leaf.ts';
import { readMetric } from './ledger.ts';
import { type RfmCuts, rfmSpec } from './rfm.ts';
import { frequencyMonetaryScore, rfmCellAt } from './rfm-cell.ts';
import { nextTurn, type OrderWalk, orderWindow, walkOrders, walkTo } from './rfm-orders.ts';
import { bordersBelow, monetaryBorders } from './rfm-scores.ts';

/** Whether a person's scores, or the cell they are in, are those asked for. */
export function rfmNode(leaf: RfmLeaf, compilation: Compilation): RuleNode {
  compilation.rfm = true;
  const { rfm: model, companyTimeZone } = compilation.context;
  if (model === undefined) return () => never;
  const metricId = registerMetric(rfmSpec(model.settings), compilation);
  if (model.cuts === undefined) return () => never;
  const window = orderWindow(model.settings, companyTimeZone);
  const answer = rfmAnswer(leaf, model.cuts);
  return (subject, now) => {
    const metric = readMetric(subject.ledger, metricId);
    if (metric === undefined) return never;
    return answer(walkOrders(metric, window, now), now);
  };
}

/**
 * The exact instant at which the answer turns: between two turns of the orders frequency and money
 * stand still, and a recency score falls right after last order + border.
 */
function rfmAnswer(leaf: RfmLeaf, cuts: RfmCuts): (walk: OrderWalk, now: Instant) => Answer {
  const wanted = wantedScores(leaf);
  const moneyAt = monetaryBorders(cuts);
  const { recencyMs, frequency } = cuts;
  /** The recency scores that are asked for at this frequency and money, as bits. */
  const bitsOf = ({ orders, units, metric }: OrderWalk): number => {
    if (orders === 0) return 0;
    const place = bordersBelow(frequency, orders) * 5 + bordersBelow(moneyAt(metric.scale), units);
    return wanted[place] ?? 0;
  };
  const holds = (bits: number, recency: number): boolean => ((bits >> (recency - 1)) & 1) === 1;
  return (walk, now) => {
    let at = now;
    let bits = bitsOf(walk);
    let recency = 5 - bordersBelow(recencyMs, at - walk.last);
    const held = holds(bits, recency);
    for (;;) {
      const turn = nextTurn(walk);
      while (bits !== 0 && bits !== all && recency > 1) {
        at = walk.last + (recencyMs[5 - recency] ?? 0) + 1;
        if (at >= turn) break;
        recency = 5 - bordersBelow(recencyMs, at - walk.last);
        if (holds(bits, recency) !== held) return held ? at : -at;
      }
      if (turn === Number.POSITIVE_INFINITY) return held ? turn : -turn;
      at = turn;
      walkTo(walk, at);
      bits = bitsOf(walk);
      recency = 5 - bordersBelow(recencyMs, at - walk.last);
      if (holds(bits, recency) !== held) return held ? at : -at;
    }
  };
}

const scores = [1, 2, 3, 4, 5] as const;
const all = 0b11111;

/** By frequency and monetary score (5 x 5, 1 first), the recency scores asked for as bits, 1 lowest. */
function wantedScores({ rfm }: RfmLeaf): readonly number[] {
  const isWanted =
    typeof rfm === 'string'
      ? (recency: number, frequency: number, monetary: number): boolean =>
          rfmCellAt(recency, frequencyMonetaryScore(frequency, monetary)) === rfm
      : (recency: number, frequency: number, monetary: number): boolean =>
          fits(rfm.recency, recency) &&
          fits(rfm.frequency, frequency) &&
          fits(rfm.monetary, monetary);
  return scores.flatMap((frequency) =>
    scores.map((monetary) =>
      scores
        .filter((recency) => isWanted(recency, frequency, monetary))
        .reduce((bits, recency) => bits | (1 << (recency - 1)), 0),
    ),
  );
}

function fits(comparisons: Comparisons | undefined, score: number): boolean {
  if (comparisons === undefined) return true;
  const { low, high } = boundsAt(comparisons, 0);
  return low <= score && score <= high;
}
