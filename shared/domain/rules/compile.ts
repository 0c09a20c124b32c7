import { type Answer, always, both, either, never } from './answer.ts';
import { attributeAnswer, attributeConditions } from './attribute-answer.ts';
import { behaviourNode } from './behaviour-leaf.ts';
import { bucketer } from './bucket.ts';
import {
  type Compilation,
  type CompiledRule,
  type RuleContext,
  type RuleDefinitions,
  type RuleNeeds,
  type RuleNode,
  type Subject,
  zoneReader,
} from './compilation.ts';
import { computedNode } from './computed/computed-leaf.ts';
import { fieldReader } from './field.ts';
import type { AgeLeaf, AttributeLeaf, HasLeaf } from './leaf.ts';
import { rfmNode } from './rfm/rfm-leaf.ts';
import type { Rule } from './rule.ts';
import { attributeReader, isStatic, staticNode } from './static-rule.ts';
import { ageAnswer } from './yearly.ts';

export type {
  CompiledRule,
  Membership,
  RuleContext,
  RuleDefinitions,
  RuleNeeds,
  Subject,
} from './compilation.ts';

/** A checked rule as one function of a person and an instant. */
export function compileRule(rule: Rule, context: RuleContext): CompiledRule {
  const compilation: Compilation = {
    context,
    metrics: new Map(),
    attributes: new Set(),
    segments: new Set(),
    lists: new Set(),
    computed: new Set(),
    rfm: false,
  };
  const evaluate = compileNode(rule, compilation);
  return { evaluate, ...needsOf(compilation) };
}

/** What a rule reads, before there is a registry to compile it against. */
export function ruleNeeds(rule: Rule, definitions: RuleDefinitions): RuleNeeds {
  const unused = (): Answer => never;
  const { evaluate: _, ...needs } = compileRule(rule, {
    ...definitions,
    metricId: () => 0,
    segment: () => unused,
    list: () => unused,
  });
  return needs;
}

const needsOf = ({
  metrics,
  attributes,
  segments,
  lists,
  computed,
  rfm,
}: Compilation): RuleNeeds => ({
  metrics: [...metrics.values()],
  attributes,
  segments,
  lists,
  computed,
  rfm,
});

function compileNode(rule: Rule, compilation: Compilation): RuleNode {
  const { context } = compilation;
  if (isStatic(rule)) {
    noteAttributes(rule, compilation);
    return staticNode(rule);
  }
  if ('all' in rule) return allOf(staticFirst('all', rule.all, compilation));
  if ('any' in rule) return anyOf(staticFirst('any', rule.any, compilation));
  if ('not' in rule) {
    const node = compileNode(rule.not, compilation);
    return (subject, now, triggeredAt) => -node(subject, now, triggeredAt);
  }
  if ('attribute' in rule) return attributeNode(rule, compilation);
  if ('age' in rule) return ageNode(rule, compilation);
  if ('has' in rule) return hasNode(rule, compilation);
  if ('in' in rule) {
    compilation.segments.add(rule.in);
    return context.segment(rule.in);
  }
  if ('list' in rule) {
    compilation.lists.add(rule.list);
    if (context.list === undefined) throw new Error(`There is no list "${rule.list}"`);
    return context.list(rule.list);
  }
  if ('computed' in rule) return computedNode(rule, compilation);
  if ('rfm' in rule) return rfmNode(rule, compilation);
  if ('bucket' in rule) {
    const { salt, from, to } = rule.bucket;
    const place = bucketer(salt);
    return ({ id }) => {
      const at = place(id);
      return from <= at && at < to ? always : never;
    };
  }
  return behaviourNode(rule, compilation);
}

function allOf(nodes: readonly RuleNode[]): RuleNode {
  return (subject, now, triggeredAt) => {
    let answer = always;
    for (const node of nodes) {
      const part = node(subject, now, triggeredAt);
      if (part === never) return never;
      answer = both(answer, part);
    }
    return answer;
  };
}

function anyOf(nodes: readonly RuleNode[]): RuleNode {
  return (subject, now, triggeredAt) => {
    let answer = never;
    for (const node of nodes) {
      const part = node(subject, now, triggeredAt);
      if (part === always) return always;
      answer = either(answer, part);
    }
    return answer;
  };
}

/** A value by its name; the name is noted as one that the rule reads. */
function readNoted(name: string, compilation: Compilation): (subject: Subject) => unknown {
  noteAttribute(name, compilation);
  return attributeReader(name);
}

function noteAttribute(name: string, { attributes }: Compilation): void {
  const [top = name] = name.split('.');
  attributes.add(name).add(top);
}

/** Parts that time does not change come first, together, as one function. */
function staticFirst(
  word: 'all' | 'any',
  rules: readonly Rule[],
  compilation: Compilation,
): readonly RuleNode[] {
  const fixed = rules.filter(isStatic);
  const moving = rules.filter((rule) => !isStatic(rule));
  const nodes = moving.map((rule) => compileNode(rule, compilation));
  const together: Rule = word === 'all' ? { all: fixed } : { any: fixed };
  return fixed.length === 0 ? nodes : [compileNode(together, compilation), ...nodes];
}

function noteAttributes(rule: Rule, compilation: Compilation): void {
  if ('all' in rule) for (const child of rule.all) noteAttributes(child, compilation);
  else if ('any' in rule) for (const child of rule.any) noteAttributes(child, compilation);
  else if ('not' in rule) noteAttributes(rule.not, compilation);
  else if ('attribute' in rule) noteAttribute(rule.attribute, compilation);
}

function attributeNode(leaf: AttributeLeaf, compilation: Compilation): RuleNode {
  const read = readNoted(leaf.attribute, compilation);
  const conditions = attributeConditions(leaf);
  const zoneOf = zoneReader(leaf.timeZone, compilation);
  const answer = attributeAnswer(conditions);
  return (subject, now) => answer(read(subject), zoneOf(subject), now);
}

function ageNode(leaf: AgeLeaf, compilation: Compilation): RuleNode {
  const read = readNoted(leaf.age, compilation);
  const zoneOf = zoneReader(leaf.timeZone, compilation);
  const answer = ageAnswer(leaf);
  return (subject, now) => answer(read(subject), zoneOf(subject), now);
}

function hasNode(leaf: HasLeaf, compilation: Compilation): RuleNode {
  const read = readNoted(leaf.has, compilation);
  const parts = (leaf.where ?? []).map((condition) => ({
    read: fieldReader(condition.attribute),
    zoneOf: zoneReader(condition.timeZone, compilation),
    answer: attributeAnswer(attributeConditions(condition)),
  }));
  return (subject, now) => {
    const elements = read(subject);
    if (!Array.isArray(elements)) return never;
    let answer = never;
    for (const element of elements) {
      const fields: Fields = isFields(element) ? element : noFields;
      let ofElement = always;
      for (const part of parts) {
        const one = part.answer(part.read(fields), part.zoneOf(subject), now);
        ofElement = both(ofElement, one);
        if (one === never) break;
      }
      if (ofElement === always) return always;
      answer = either(answer, ofElement);
    }
    return answer;
  };
}

type Fields = Readonly<Record<string, unknown>>;
const noFields: Fields = {};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
