import { listMembership } from '../lists/static-list.ts';
import { type Answer, member, never, until } from '../rules/answer.ts';
import {
  compileRule,
  type RuleContext,
  type RuleDefinitions,
  ruleNeeds,
  type Subject,
} from '../rules/compile.ts';
import { computedSpec } from '../rules/computed/computed.ts';
import type { MetricSpec } from '../rules/ledger/metric.ts';
import { rfmSpec } from '../rules/rfm/rfm.ts';
import type { Rule } from '../rules/rule.ts';
import type { Instant } from '../time/instant.ts';
import {
  type Announcement,
  type Mark,
  newsOf,
  type ServingVersions,
  type Standing,
} from './membership.ts';
import { type Metric, type MetricRegistry, requireMetric } from './metric-registry.ts';
import { type Named, nextDefinitions, servingDefinitions } from './named.ts';
import { isBuilding, type LastPass, type Segment, servingVersion, unserved } from './segment.ts';

export type Evaluate = (subject: Subject, now: Instant) => Answer;

/** A segment ready to be asked: by the definition that serves and by the one that comes. */
type CompiledSegment = {
  readonly id: string;
  readonly version: number;
  readonly serving: number;
  readonly now: Evaluate;
  readonly next: Evaluate;
};

/** All rules in force at one revision, compiled. */
export type Ruleset = {
  readonly revision: number;
  readonly companyTimeZone: string;
  /** What rules name besides segments, and what it means to those who go by what serves. */
  readonly named: Named;
  readonly definitions: RuleDefinitions;
  readonly serving: ServingVersions;
  /** The newest version of each segment: the one that serves, or the one that comes. */
  readonly versions: ReadonlyMap<string, number>;
  readonly segments: readonly CompiledSegment[];
  /** Segments whose last edit tells of those whom it re-labelled. */
  readonly announcements: ReadonlyMap<string, Announcement>;
  readonly registry: MetricRegistry;
  /** Metrics whose history may still be missing from a ledger. */
  readonly unfilled: readonly Metric[];
  readonly metricsByEvent: ReadonlyMap<string, readonly Metric[]>;
  /** Positions in `segments` that a changed attribute or metric can touch. */
  readonly byAttribute: ReadonlyMap<string, readonly number[]>;
  readonly byMetric: ReadonlyMap<number, readonly number[]>;
  readonly byList: ReadonlyMap<string, readonly number[]>;
};

export type RulesetSource = Named & {
  readonly revision: number;
  /** Definitions up to this version have been applied to everybody. */
  readonly settled: number;
  readonly lastPass?: LastPass | undefined;
  readonly segments: readonly Segment[];
  readonly registry: MetricRegistry;
};

/** What all rules together need of the ledgers, and what they name: that which serves and that which comes. */
export function neededMetrics(
  source: Named & Pick<RulesetSource, 'segments'>,
  zone: string,
): MetricSpec[] {
  const { segments, computed, rfm } = source;
  const serving = servingDefinitions(source, zone);
  const next = nextDefinitions(source, zone);
  return [
    ...segments.flatMap(({ rule }) => (rule ? ruleNeeds(rule, next).metrics : [])),
    ...segments.flatMap((one) => (one.serving ? ruleNeeds(one.serving.rule, serving).metrics : [])),
    ...computed
      .flatMap((one) => [one.definition, one.serving?.definition])
      .flatMap((definition) => (definition ? [computedSpec(definition)] : [])),
    ...[rfm?.settings, rfm?.serving?.settings].flatMap((one) => (one ? [rfmSpec(one)] : [])),
  ];
}

export function compileRuleset(source: RulesetSource, companyTimeZone: string): Ruleset {
  const { registry } = source;
  const { computed, lists, rfm } = source;
  const named = { computed, lists, rfm };
  const metricId = (spec: MetricSpec): number => requireMetric(registry, spec).id;
  const definitions = servingDefinitions(named, companyTimeZone);
  const list = listMembership(lists);
  const serving = compileAll(
    new Map(source.segments.map((segment) => [segment.id, segment.serving?.rule])),
    { ...definitions, metricId, list },
  );
  const next = source.segments.some(isBuilding)
    ? compileAll(new Map(source.segments.map((segment) => [segment.id, segment.rule])), {
        ...nextDefinitions(named, companyTimeZone),
        metricId,
        list,
      })
    : serving;
  const segments = source.segments.map(
    (segment): CompiledSegment => ({
      id: segment.id,
      version: segment.version,
      serving: servingVersion(segment),
      now: serving.get(segment.id) ?? nobody,
      next: next.get(segment.id) ?? nobody,
    }),
  );
  return {
    revision: source.revision,
    companyTimeZone,
    named,
    definitions,
    serving: new Map(segments.map((segment) => [segment.id, segment.serving])),
    versions: new Map(segments.map((segment) => [segment.id, segment.version])),
    segments,
    announcements: announcementsOf(source.segments),
    registry,
    unfilled: registry.metrics.filter((metric) => !metric.filled),
    metricsByEvent: Map.groupBy(registry.metrics, (metric) => metric.spec.event),
    ...touches(source, companyTimeZone, metricId),
  };
}

/** What a person is to be told of an edit, by their mark of a segment. */
export function newsFor(
  mark: Mark,
  { announcements, serving }: Ruleset,
): ReturnType<typeof newsOf> {
  const told = announcements.get(mark.segment);
  return told && newsOf(mark, serving.get(mark.segment) ?? unserved, told);
}

const announcementsOf = (segments: readonly Segment[]): Ruleset['announcements'] =>
  new Map(
    segments.flatMap(({ id, serving }) => {
      const { announces } = serving ?? {};
      return announces ? [[id, { after: announces.after, at: Date.parse(announces.at) }]] : [];
    }),
  );

const nobody: Evaluate = () => never;

/** Segments that others use are asked through each other, each at most once per person and instant. */
function compileAll(
  rules: ReadonlyMap<string, Rule | undefined>,
  context: Omit<RuleContext, 'segment'>,
): ReadonlyMap<string, Evaluate> {
  const compiled = new Map<string, Evaluate>();
  const used = new Map<string, Evaluate>();
  const compile = (id: string): Evaluate => {
    const known = compiled.get(id);
    if (known !== undefined) return known;
    const rule = rules.get(id);
    const evaluate =
      rule === undefined ? nobody : compileRule(rule, { ...context, segment }).evaluate;
    compiled.set(id, evaluate);
    return evaluate;
  };
  const segment = (id: string): Evaluate => {
    const known = used.get(id);
    if (known !== undefined) return known;
    const evaluate = remembered(compile(id));
    used.set(id, evaluate);
    return evaluate;
  };
  for (const id of rules.keys()) compile(id);
  return new Map([...compiled, ...used]);
}

function remembered(evaluate: Evaluate): Evaluate {
  let lastSubject: Subject | undefined;
  let lastNow = Number.NaN;
  let lastAnswer: Answer = never;
  return (subject, now) => {
    if (subject !== lastSubject || now !== lastNow) {
      lastAnswer = evaluate(subject, now);
      lastSubject = subject;
      lastNow = now;
    }
    return lastAnswer;
  };
}

/** Which segments each attribute, list and metric can touch, through any nesting of segments. */
function touches(
  source: RulesetSource,
  zone: string,
  metricId: (spec: MetricSpec) => number,
): Pick<Ruleset, 'byAttribute' | 'byMetric' | 'byList'> {
  const { segments } = source;
  const meanings = [nextDefinitions(source, zone), servingDefinitions(source, zone)];
  const byAttribute = new Map<string, number[]>();
  const byMetric = new Map<number, number[]>();
  const byList = new Map<string, number[]>();
  const positions = new Map(segments.map((segment, position) => [segment.id, position]));
  for (const [position, segment] of segments.entries()) {
    const seen = new Set<string>();
    const visit = (rule: Rule): void => {
      for (const definitions of meanings) {
        for (const spec of ruleNeeds(rule, definitions).metrics) {
          addOnce(byMetric, metricId(spec), position);
        }
      }
      const needs = ruleNeeds(rule, { companyTimeZone: zone });
      for (const name of needs.attributes) addOnce(byAttribute, name, position);
      for (const id of needs.lists) addOnce(byList, id, position);
      for (const id of needs.segments) {
        if (seen.has(id)) continue;
        seen.add(id);
        for (const inner of rulesOf(segments[positions.get(id) ?? -1])) visit(inner);
      }
    };
    for (const rule of rulesOf(segment)) visit(rule);
  }
  return { byAttribute, byMetric, byList };
}

const rulesOf = (segment: Segment | undefined): Rule[] =>
  [segment?.rule, segment?.serving?.rule].filter((rule) => rule !== undefined);

function addOnce<Key>(map: Map<Key, number[]>, key: Key, position: number): void {
  const positions = map.get(key);
  if (positions === undefined) map.set(key, [position]);
  else if (positions.at(-1) !== position) positions.push(position);
}

export type Evaluation = {
  readonly standings: ReadonlyMap<string, Standing>;
  /** The first instant at which any of the answers can change by itself. */
  readonly until: Instant;
};

const inBoth: Standing = { now: true, next: true };
const inNeither: Standing = { now: false, next: false };

/** The same object for nearly everybody: a person is asked about a hundred segments at a time. */
function standingOf(now: boolean, next: boolean): Standing {
  if (now !== next) return { now, next };
  return now ? inBoth : inNeither;
}

/** The person's standing in the segments at these positions; undefined: in all of them. */
export function evaluateSegments(
  ruleset: Ruleset,
  subject: Subject,
  at: { readonly now: Instant; readonly positions?: ReadonlySet<number> | undefined },
): Evaluation {
  const standings = new Map<string, Standing>();
  let soonest = Number.POSITIVE_INFINITY;
  for (const position of at.positions ?? ruleset.segments.keys()) {
    const segment = ruleset.segments[position];
    if (segment === undefined) continue;
    const now = segment.now(subject, at.now);
    const next = segment.version === segment.serving ? now : segment.next(subject, at.now);
    standings.set(segment.id, standingOf(member(now), member(next)));
    soonest = Math.min(soonest, until(now), until(next));
  }
  return { standings, until: soonest };
}
