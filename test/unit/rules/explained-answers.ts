import { expect } from 'vitest';
import { type Answer, both, either } from '../../../shared/domain/rules/answer.ts';
import type { Explanation } from '../../../shared/domain/rules/explanation/explanation.ts';
import type { RfmLeaf } from '../../../shared/domain/rules/leaf.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';

/** What an explanation says, held against itself: groups by their parts, conditions by their values. */

/** The signed instant that an explained answer stands for. */
const signed = ({ answer, until }: Explanation): Answer => {
  const end = until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
  return answer ? end : -end;
};

/** What the answers of its parts make of a group; of anything else its own answer. */
function following(explanation: Explanation): Answer {
  const { kind, parts = [] } = explanation;
  const answers = parts.map(signed);
  if (kind === 'all') return answers.reduce(both);
  if (kind === 'any') return answers.reduce(either);
  return kind === 'not' ? -(answers[0] ?? Number.NaN) : signed(explanation);
}

/** Every group's answer, and until when it holds, follows from those of its parts. */
export function expectGroupsToFollow(explanation: Explanation): void {
  for (const part of explanation.parts ?? []) expectGroupsToFollow(part);
  expect(signed(explanation)).toBe(following(explanation));
}

/** The conditions of a rule, in the order in which they stand. */
export const leavesOf = (rule: Rule): readonly Rule[] => {
  if ('all' in rule) return rule.all.flatMap(leavesOf);
  if ('any' in rule) return rule.any.flatMap(leavesOf);
  return 'not' in rule ? leavesOf(rule.not) : [rule];
};

/** The same of an explanation. */
export const explainedLeaves = (explanation: Explanation): readonly Explanation[] =>
  ['all', 'any', 'not'].includes(explanation.kind)
    ? (explanation.parts ?? []).flatMap(explainedLeaves)
    : [explanation];

type Bounds = Readonly<
  Record<'atLeast' | 'atMost' | 'above' | 'below' | 'equals', number | undefined>
>;

/** Whether a value satisfies the comparisons of a leaf, by itself. */
function satisfies(value: number, leaf: object): boolean {
  const { atLeast, atMost, above, below, equals } = Object(leaf) as Bounds;
  const bounds = [atLeast, atMost, above, below, equals];
  if (bounds.every((bound) => bound === undefined)) return value >= 1;
  return (
    (atLeast === undefined || value >= atLeast) &&
    (atMost === undefined || value <= atMost) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (equals === undefined || value === equals)
  );
}

/** The answer that a leaf's value alone gives; undefined where it takes more than the value. */
export function answerByValue(leaf: Rule, value: unknown): boolean | undefined {
  const amount = value as { count: number; sum?: number };
  // Beyond that a sum is shown as the nearest number, and conditions go by the exact one.
  if ('did' in leaf && Math.abs(amount.sum ?? 0) >= 2 ** 51) return undefined;
  if ('did' in leaf) return satisfies(amount.sum ?? amount.count, leaf);
  if ('didNot' in leaf) return amount.count === 0;
  if ('age' in leaf) return value === null ? undefined : satisfies(value as number, leaf);
  if ('has' in leaf) return (value as unknown[]).length > 0;
  if ('bucket' in leaf) return leaf.bucket.from <= Number(value) && Number(value) < leaf.bucket.to;
  if (('last' in leaf || 'first' in leaf) && value === null) return false;
  if ('rfm' in leaf) return answerByScores(leaf, value as Scores);
  return undefined;
}

type Scores = Readonly<
  Record<'recency' | 'frequency' | 'monetary', number> & { cell: string }
> | null;

function answerByScores({ rfm }: RfmLeaf, scores: Scores): boolean {
  if (scores === null) return false;
  if (typeof rfm === 'string') return scores.cell === rfm;
  return (['recency', 'frequency', 'monetary'] as const).every(
    (name) => rfm[name] === undefined || satisfies(scores[name], rfm[name]),
  );
}
