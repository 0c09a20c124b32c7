import type { Instant } from '../../time/instant.ts';
import { type Answer, never } from '../answer.ts';
import { type Compilation, type RuleNode, registerMetric } from '../compilation.ts';
import type { RfmLeaf } from '../leaf.ts';
import { boundsAt, type Comparisons } from '../ledger/decimal.ts';
import { readMetric } from '../ledger/ledger.ts';
import type { Metric } from '../ledger/metric-history.ts';
import { type RfmCuts, rfmSpec } from './rfm.ts';
import { frequencyMonetaryScore, rfmCellAt } from './rfm-cell.ts';
import { leavingAnswer, type WantedScores } from './rfm-leaving.ts';
import { nextTurn, type OrderWalk, orderWindow, walkOrders, walkTo } from './rfm-orders.ts';
import { bordersBelow, monetaryBorders } from './rfm-scores.ts';

/** Sums of a metric whose absolute amounts stay below this are exact as numbers. */
const exact = 2 ** 51;

/** Whether a person's scores, or the cell they are in, are those asked for. */
export function rfmNode(leaf: RfmLeaf, compilation: Compilation): RuleNode {
  compilation.rfm = true;
  const { rfm: model, companyTimeZone } = compilation.context;
  if (model === undefined) return () => never;
  const metricId = registerMetric(rfmSpec(model.settings), compilation);
  if (model.cuts === undefined) return () => never;
  const window = orderWindow(model.settings, companyTimeZone);
  const isOpen = model.settings.within === undefined;
  const wanted = wantedScores(leaf);
  const answerAging = agingAnswer(wanted, model.cuts);
  const answerLeaving = leavingAnswer(wanted, model.cuts, window);
  const answerTurning = turningAnswer(wanted, model.cuts);
  return (subject, now) => {
    const metric = readMetric(subject.ledger, metricId);
    if (metric === undefined) return never;
    const latest = metric.times[metric.times.length - 1] ?? Number.NEGATIVE_INFINITY;
    const isPast = latest <= now && metric.magnitude < exact;
    if (isPast && isOpen) return answerAging(metric, latest, now);
    const leaving = isPast && !metric.hasNegative ? answerLeaving(metric, latest, now) : undefined;
    return leaving ?? answerTurning(walkOrders(metric, window, now), now);
  };
}

/**
 * All orders have come and none goes any more: only the last one ages. Most people are asked this way,
 * so that borders are compared one by one, and what depends on the rule alone is looked up.
 */
function agingAnswer(
  wanted: WantedScores,
  cuts: RfmCuts,
): (metric: Metric, latest: Instant, now: Instant) => Answer {
  const { recencyMs } = cuts;
  const orderFifths = fifthsOf(cuts.frequency);
  const ageFifths = fifthsOf(recencyMs);
  const moneyAt = monetaryBorders(cuts);
  let scale = 0;
  let moneyFifths = fifthsOf(moneyAt(scale));
  const turns = turningBorders(recencyMs);
  /** By frequency score: the recency scores asked for at any monetary score. */
  const wantedAtAll = scores.map((_, row) =>
    wanted.slice(row * 5, row * 5 + 5).reduce((bits, more) => bits | more, 0),
  );
  return (metric, latest, now) => {
    const orders = metric.count + metric.times.length;
    if (orders === 0) return never;
    const frequency = bordersPassed(orderFifths, orders);
    const last = latest > metric.last ? latest : metric.last;
    const passed = bordersPassed(ageFifths, now - last);
    // Recency only falls: whoever has passed all that is asked for needs no adding up.
    if (((wantedAtAll[frequency] ?? 0) & ((1 << (5 - passed)) - 1)) === 0) return never;
    // Below `exact` every amount is a number.
    const values = metric.values as readonly number[];
    let sum = Number(metric.sum);
    for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
    if (metric.scale !== scale) {
      scale = metric.scale;
      moneyFifths = fifthsOf(moneyAt(scale));
    }
    const bits = wanted[frequency * 5 + bordersPassed(moneyFifths, sum)] ?? 0;
    if (bits === 0) return never;
    const turn = recencyMs[turns[bits * 5 + passed] ?? noBorder];
    const until = turn === undefined ? Number.POSITIVE_INFINITY : last + turn + 1;
    return ((bits >> (4 - passed)) & 1) === 1 ? until : -until;
  };
}

/** Four borders, each by its name: they are compared for every person. */
type Fifths = {
  readonly first: number;
  readonly second: number;
  readonly third: number;
  readonly fourth: number;
};

function fifthsOf([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): Fifths {
  return { first, second, third, fourth };
}

/** How many of the borders lie strictly below. */
function bordersPassed({ first, second, third, fourth }: Fifths, value: number): number {
  if (value <= second) return value <= first ? 0 : 1;
  if (value <= third) return 2;
  return value <= fourth ? 3 : 4;
}

const noBorder = 4;

/**
 * By the recency scores asked for as bits, times 5, and by how many borders the last order has passed:
 * the border that turns the answer. Borders that are one are passed together.
 */
function turningBorders(recencyMs: readonly number[]): readonly number[] {
  const after = recencyMs.map((ms) => recencyMs.filter((other) => other <= ms).length);
  const holds = (bits: number, passed: number): number => (bits >> (4 - passed)) & 1;
  return Array.from({ length: (all + 1) * 5 }, (_, place) => {
    const [bits, passed] = [Math.floor(place / 5), place % 5];
    const turn = after.findIndex(
      (then, border) => border >= passed && holds(bits, then) !== holds(bits, passed),
    );
    return turn < 0 ? noBorder : turn;
  });
}

/**
 * Orders come and go: between two turns frequency and money stand still, and the recency score falls
 * right after last order + border.
 */
function turningAnswer(
  wanted: WantedScores,
  cuts: RfmCuts,
): (walk: OrderWalk, now: Instant) => Answer {
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

function wantedScores({ rfm }: RfmLeaf): WantedScores {
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
