import type { DidLeaf, DidNotLeaf, FirstLeaf, LastLeaf, RfmLeaf } from '../leaf.ts';
import type { Rule } from '../rule.ts';
import {
  attributeConditionWords,
  boundWords,
  conditionWords,
  elementWords,
  nameWords,
  quoted,
  timesWords,
  whereWords,
  windowWords,
  zoneWords,
} from './condition-words.ts';

/** What marketers called the things that rules name by id; undefined for what is not there. */
export type RuleNames = {
  readonly segment: (id: string) => string | undefined;
  readonly list: (id: string) => string | undefined;
  readonly computed: (id: string) => string | undefined;
};

/** A rule as one English sentence: who is meant. Conditions in brackets belong together. */
export const ruleWords = (rule: Rule, names: RuleNames): string =>
  `People ${clauseWords(rule, names)}.`;

/** A rule as the clause behind "people": `whose city is "Riga" and who did "Order Completed" at least once`. */
export function clauseWords(rule: Rule, names: RuleNames): string {
  if ('all' in rule) return groupWords(rule.all, 'and', names);
  if ('any' in rule) return groupWords(rule.any, 'or', names);
  if ('not' in rule) return `who are not among those ${bracketed(rule.not, names)}`;
  if ('attribute' in rule) {
    return `whose ${nameWords(rule.attribute)} ${attributeConditionWords(rule)}`;
  }
  if ('age' in rule) {
    const zone = zoneWords(rule.timeZone);
    return `whose age in years by ${nameWords(rule.age)} is ${boundWords(rule)}${zone}`;
  }
  if ('has' in rule) {
    return `who have at least one of ${nameWords(rule.has)}${elementWords(rule.where)}`;
  }
  if ('in' in rule) return `who are in the segment ${quoted(names.segment(rule.in) ?? rule.in)}`;
  if ('list' in rule) return `who are in the list ${quoted(names.list(rule.list) ?? rule.list)}`;
  if ('computed' in rule) {
    const name = names.computed(rule.computed) ?? rule.computed;
    return `whose computed ${quoted(name)} ${conditionWords(rule)}`;
  }
  if ('rfm' in rule) return rfmWords(rule);
  if ('bucket' in rule) {
    const { salt, from, to } = rule.bucket;
    return `whose place of 0 to 100 by the random draw ${quoted(salt)} is at least ${from} and below ${to}`;
  }
  return behaviourWords(rule);
}

function groupWords(rules: readonly Rule[], word: 'and' | 'or', names: RuleNames): string {
  const [only] = rules;
  if (rules.length === 1 && only !== undefined) return clauseWords(only, names);
  return rules.map((rule) => bracketed(rule, names)).join(` ${word} `);
}

/** Groups inside others stand in brackets, so that "and" and "or" are never mistaken. */
const bracketed = (rule: Rule, names: RuleNames): string =>
  isGroup(rule) ? `(${clauseWords(rule, names)})` : clauseWords(rule, names);

function isGroup(rule: Rule): boolean {
  const rules = 'all' in rule ? rule.all : 'any' in rule ? rule.any : [];
  const [only] = rules;
  return rules.length > 1 || (only !== undefined && isGroup(only));
}

function behaviourWords(leaf: DidLeaf | DidNotLeaf | LastLeaf | FirstLeaf): string {
  const where = whereWords(leaf.where);
  const when = windowWords(leaf) + zoneWords(leaf.timeZone);
  if ('didNot' in leaf) return `who did not do ${quoted(leaf.didNot)}${where}${when}`;
  if ('last' in leaf) return `whose last ${quoted(leaf.last)}${where} was${when}`;
  if ('first' in leaf) return `whose first ${quoted(leaf.first)}${where} was${when}`;
  if (leaf.sum === undefined) {
    return `who did ${quoted(leaf.did)}${where} ${timesWords(leaf)}${when}`;
  }
  const sum = `sum of ${nameWords(leaf.sum)} over ${quoted(leaf.did)}${where}${when}`;
  return `whose ${sum} is ${boundWords(leaf)}`;
}

function rfmWords({ rfm }: RfmLeaf): string {
  if (typeof rfm === 'string') return `who are in the RFM cell ${quoted(rfm)}`;
  const { recency, frequency, monetary } = rfm;
  const scores = [
    ...(recency === undefined ? [] : [`recency is ${boundWords(recency)}`]),
    ...(frequency === undefined ? [] : [`frequency is ${boundWords(frequency)}`]),
    ...(monetary === undefined ? [] : [`monetary is ${boundWords(monetary)}`]),
  ];
  return `whose RFM score of ${scores.join(' and of ')}`;
}
