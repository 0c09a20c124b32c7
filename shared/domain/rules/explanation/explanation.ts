import type { Instant } from '../../time/instant.ts';
import { isoInstant } from '../../time/instant.ts';
import { type Answer, member, until } from '../answer.ts';
import type { RuleContext, Subject } from '../compilation.ts';
import { compileRule } from '../compile.ts';
import type { Rule } from '../rule.ts';
import { leafValue } from './leaf-value.ts';
import { clauseWords, type RuleNames } from './rule-words.ts';

const ruleKinds = [
  'all',
  'any',
  'not',
  'attribute',
  'age',
  'has',
  'did',
  'didNot',
  'last',
  'first',
  'in',
  'list',
  'computed',
  'rfm',
  'bucket',
] as const;

export type RuleKind = (typeof ruleKinds)[number];

/** A part of a rule, and what came of it for one person at one instant. */
export type Explanation = {
  readonly kind: RuleKind;
  readonly words: string;
  readonly answer: boolean;
  /** The first instant, ISO, at which the answer can change by itself; null: it stands until something happens. */
  readonly until: string | null;
  /** What a condition looked at; of a long value the beginning of its JSON. */
  readonly value?: unknown;
  /** The rules of a group; the rule of a segment that is asked for. */
  readonly parts?: readonly Explanation[];
};

export type ExplainContext = RuleContext & {
  readonly names: RuleNames;
  /** The explanation of a segment's rule; undefined where it is told elsewhere, or nobody is in it. */
  readonly explainSegment: (id: string) => Explanation | undefined;
};

export type Asked = { readonly subject: Subject; readonly now: Instant };

/**
 * Why a rule holds for a person, or not. Every part is asked as it is compiled for membership: an
 * explanation cannot disagree with it.
 */
export function explainRule(rule: Rule, context: ExplainContext, asked: Asked): Explanation {
  const answer = compileRule(rule, context).evaluate(asked.subject, asked.now);
  const kind = kindOf(rule);
  const head = { kind, ...answerShown(answer) };
  const parts = partsOf(rule);
  if (parts.length > 0) {
    return {
      ...head,
      words: groupTitle(kind, parts.length),
      parts: parts.map((part) => explainRule(part, context, asked)),
    };
  }
  const words = clauseWords(rule, context.names);
  if (!('in' in rule)) return { ...head, words, value: shortened(leafValue(rule, context, asked)) };
  const inner = context.explainSegment(rule.in);
  const value = { segment: rule.in, name: context.names.segment(rule.in) ?? rule.in };
  return { ...head, words, value, ...(inner !== undefined && { parts: [inner] }) };
}

/** Many conditions may look at the same long value: an answer has 6 MB. */
const mostCharacters = 1000;

/** A value as it is, or the beginning of its JSON when that is long. */
function shortened(value: unknown): unknown {
  const json = JSON.stringify(value);
  return json.length > mostCharacters ? `${json.slice(0, mostCharacters)}…` : value;
}

/** The farthest instant that a date can name; nothing that far is worth telling. */
const farthestMs = 8.64e15;

/** An answer as it is shown. */
export function answerShown(answer: Answer): { answer: boolean; until: string | null } {
  const end = until(answer);
  return { answer: member(answer), until: end <= farthestMs ? isoInstant(end) : null };
}

function partsOf(rule: Rule): readonly Rule[] {
  if ('all' in rule) return rule.all;
  if ('any' in rule) return rule.any;
  return 'not' in rule ? [rule.not] : [];
}

function groupTitle(kind: RuleKind, parts: number): string {
  if (kind === 'not') return 'not this';
  if (parts === 1) return 'this';
  return kind === 'all' ? `all of these ${parts}` : `at least one of these ${parts}`;
}

function kindOf(rule: Rule): RuleKind {
  const kind = ruleKinds.find((word) => word in rule);
  if (kind === undefined) throw new Error(`${JSON.stringify(rule)} is no rule`);
  return kind;
}
