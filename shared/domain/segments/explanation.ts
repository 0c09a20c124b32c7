import { listMembership } from '../lists/static-list.ts';
import { never } from '../rules/answer.ts';
import type { RuleContext, RuleDefinitions, Subject } from '../rules/compile.ts';
import {
  answerShown,
  type ExplainContext,
  type Explanation,
  explainRule,
} from '../rules/explanation/explanation.ts';
import { type RuleNames, ruleWords } from '../rules/explanation/rule-words.ts';
import type { Rule } from '../rules/rule.ts';
import type { Instant } from '../time/instant.ts';
import { requireMetric } from './metric-registry.ts';
import { nextDefinitions } from './named.ts';
import type { Evaluate, Ruleset, RulesetSource } from './ruleset.ts';
import { isBuilding } from './segment.ts';

/** One person's standing in a segment by one definition, and why. */
export type Standpoint = {
  readonly member: boolean;
  /** When that can change by itself, ISO; null: it stands until something happens. */
  readonly until: string | null;
  /** Null where there is no rule: nobody is a member. */
  readonly words: string | null;
  readonly rule: Explanation | null;
};

/** By the definition that serves and, while another is being built, by the one that comes. */
export type SegmentExplanation = Standpoint & { readonly next?: Standpoint };

export type Explained = {
  readonly source: RulesetSource;
  readonly ruleset: Ruleset;
  /** With every metric of the ruleset filled. */
  readonly subject: Subject;
  readonly now: Instant;
};

/** Beyond so many parts, rules of segments that are asked for are named and not told. */
const maxParts = 2000;

/** Why a person is in a segment or not, and until when; undefined when there is no such segment. */
export function explainSegment(id: string, explained: Explained): SegmentExplanation | undefined {
  const { source, ruleset } = explained;
  const segment = source.segments.find((one) => one.id === id);
  if (segment === undefined) return undefined;
  const served = new Map(source.segments.map((one) => [one.id, one.serving?.rule]));
  const serving = standpoint(id, explained, {
    rules: served,
    definitions: ruleset.definitions,
    which: 'now',
  });
  if (!isBuilding(segment)) return serving;
  const coming = new Map(source.segments.map((one) => [one.id, one.rule]));
  const definitions = nextDefinitions(source, ruleset.companyTimeZone);
  return {
    ...serving,
    next: standpoint(id, explained, { rules: coming, definitions, which: 'next' }),
  };
}

type View = {
  readonly rules: ReadonlyMap<string, Rule | undefined>;
  readonly definitions: RuleDefinitions;
  readonly which: 'now' | 'next';
};

function standpoint(id: string, explained: Explained, view: View): Standpoint {
  const { ruleset, source, subject, now } = explained;
  const answer = segmentReader(ruleset, view.which)(id)(subject, now);
  const { answer: member, until } = answerShown(answer);
  const rule = view.rules.get(id);
  if (rule === undefined) return { member, until, words: null, rule: null };
  const words = ruleWords(rule, namesOf(source));
  return { member, until, words, rule: explainRule(rule, contextOf(explained, view), explained) };
}

/** Every segment's rule is told once, where it is first asked for. */
function contextOf(explained: Explained, { rules, definitions, which }: View): ExplainContext {
  const { source, ruleset } = explained;
  const told = new Set<string>();
  let parts = 0;
  const context: ExplainContext = {
    ...ruleContext(ruleset, definitions),
    segment: segmentReader(ruleset, which),
    names: namesOf(source),
    explainSegment: (id) => {
      const rule = rules.get(id);
      if (rule === undefined || told.has(id) || parts > maxParts) return undefined;
      told.add(id);
      parts += sizeOf(rule);
      return explainRule(rule, context, explained);
    },
  };
  return context;
}

function sizeOf(rule: Rule): number {
  const parts =
    'all' in rule ? rule.all : 'any' in rule ? rule.any : 'not' in rule ? [rule.not] : [];
  return parts.reduce((size, part) => size + sizeOf(part), 1);
}

/** What rules find around them at a revision, segments apart. */
export const ruleContext = (
  { registry, named }: Pick<Ruleset, 'registry' | 'named'>,
  definitions: RuleDefinitions,
): Omit<RuleContext, 'segment'> => ({
  ...definitions,
  metricId: (spec) => requireMetric(registry, spec).id,
  list: listMembership(named.lists),
});

/** Segments as the ruleset has compiled them; nobody is in one that is not there. */
export function segmentReader(ruleset: Ruleset, which: 'now' | 'next'): (id: string) => Evaluate {
  const byId = new Map(ruleset.segments.map((segment) => [segment.id, segment[which]]));
  return (id) => byId.get(id) ?? (() => never);
}

/** What marketers called what rules name. */
export function namesOf({ segments, lists, computed }: RulesetSource): RuleNames {
  const reader = (named: readonly { readonly id: string; readonly name: string }[]) => {
    const names = new Map(named.map(({ id, name }) => [id, name]));
    return (id: string): string | undefined => names.get(id);
  };
  return { segment: reader(segments), list: reader(lists), computed: reader(computed) };
}
