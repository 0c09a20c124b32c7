import { member } from '../rules/answer.ts';
import { compileRule, ruleNeeds, type Subject } from '../rules/compile.ts';
import { emptyMetric, hasMetric, type Ledger, readMetric } from '../rules/ledger/ledger.ts';
import { holdsEvents, type MetricSpec } from '../rules/ledger/metric.ts';
import type { Rule } from '../rules/rule.ts';
import type { Instant } from '../time/instant.ts';
import { ruleContext, segmentReader } from './explanation.ts';
import { type Metric, requireMetric, withMetrics } from './metric-registry.ts';
import type { Ruleset } from './ruleset.ts';

/** A rule that is not saved, ready to be asked of anybody by what serves now. */
export type RulePreview = {
  /**
   * Whether it holds; undefined when that hangs on events that the profile says nothing of. Then
   * `missing` names what the ledger needs, and `holds` answers once it is filled.
   */
  readonly ask: (subject: Subject, now: Instant) => boolean | undefined;
  readonly missing: (ledger: Ledger) => readonly Metric[];
  readonly holds: (subject: Subject, now: Instant) => boolean;
  /** Whether that can be undefined for anybody. */
  readonly mayBeOpen: boolean;
};

/** Ids from here on are given to nobody: a metric made meanwhile is not taken for one of a preview. */
const firstPreviewId = 2 ** 40;

/** Compiles an unsaved rule. What it needs remembered beyond the ledgers is a metric of its own. */
export function previewRule(rule: Rule, ruleset: Ruleset): RulePreview {
  const { definitions } = ruleset;
  const { metrics } = ruleNeeds(rule, definitions);
  const known = ruleset.registry;
  const registry = withMetrics({ ...known, nextId: firstPreviewId }, metrics);
  const metricOf = (spec: MetricSpec): Metric => requireMetric(registry, spec);
  const asked = new Set<Metric>();
  const context = {
    ...ruleContext({ registry, named: ruleset.named }, definitions),
    segment: segmentReader(ruleset, 'now'),
    metricId: (spec: MetricSpec): number => {
      const metric = metricOf(spec);
      asked.add(metric);
      return metric.id;
    },
  };
  const isOpen = (leaf: Rule): boolean =>
    ruleNeeds(leaf, definitions).metrics.some((spec) => !metricOf(spec).filled);
  const exact = compileRule(rule, context).evaluate;
  const most = compileRule(boundOf(rule, true, isOpen), context).evaluate;
  const least = compileRule(boundOf(rule, false, isOpen), context).evaluate;
  const open = [...asked].filter(({ filled }) => !filled);
  const missing = (ledger: Ledger): readonly Metric[] =>
    open.filter((metric) => !hasMetric(ledger, metric.id) && !filledFrom(ledger, metric, known));
  return {
    missing,
    holds: (subject, now) => member(exact(subject, now)),
    mayBeOpen: open.length > 0,
    ask: (subject, now) => {
      if (open.length === 0) return member(exact(subject, now));
      if (!member(most(subject, now))) return false;
      if (member(least(subject, now))) return true;
      return missing(subject.ledger).length === 0 ? member(exact(subject, now)) : undefined;
    },
  };
}

const everybody: Rule = { all: [] };
const nobody: Rule = { any: [] };

/**
 * The rule at its widest (`wish`) or narrowest, whatever the conditions on unknown events answer: who
 * is not in the widest is in none, who is in the narrowest is in all.
 */
function boundOf(rule: Rule, wish: boolean, isOpen: (leaf: Rule) => boolean): Rule {
  if ('all' in rule) return { all: rule.all.map((part) => boundOf(part, wish, isOpen)) };
  if ('any' in rule) return { any: rule.any.map((part) => boundOf(part, wish, isOpen)) };
  if ('not' in rule) return { not: boundOf(rule.not, !wish, isOpen) };
  if (!isOpen(rule)) return rule;
  return wish ? everybody : nobody;
}

/** Fills a metric from those of the ledger, where they tell all that it asks; answers whether they do. */
function filledFrom(ledger: Ledger, metric: Metric, known: Ruleset['registry']): boolean {
  for (const { id, spec, filled } of known.metrics) {
    if (!filled || spec.event !== metric.spec.event) continue;
    const history = readMetric(ledger, id);
    const isNothing = history === undefined || history.count + history.times.length === 0;
    if (isNothing && keepsEveryEvent(spec)) {
      emptyMetric(ledger, metric.id);
      return true;
    }
    if (!holdsEvents(spec, metric.spec)) continue;
    // Nothing was folded away yet: all events are there, however far a window looks.
    if (isNothing) emptyMetric(ledger, metric.id);
    else if (history.count === 0) ledger.metrics.set(metric.id, history);
    else continue;
    return true;
  }
  return false;
}

/** Whether a ledger without it says that the person never did anything of the kind. */
const keepsEveryEvent = ({ where, dates, values }: MetricSpec): boolean =>
  where.length === 0 && dates.length === 0 && values === undefined;
