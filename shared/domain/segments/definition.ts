import type { Rule } from '../rules/rule.ts';
import { settledMetrics, withMetrics } from './metric-registry.ts';
import { neededMetrics, type RulesetSource } from './ruleset.ts';
import { isBuilding, type Segment } from './segment.ts';

/** Segments a company may have. */
export const maxSegments = 500;

/** Segments that one change may concern, through nesting: they change in one transaction. */
const maxChanges = 90;

export type DefinitionIssue = {
  readonly path: readonly (string | number)[];
  readonly message: string;
};

/** What is to be stored of the rules at a new revision. */
export type RulesChange = {
  readonly revision: number;
  readonly settled: number;
  /** New and changed definitions. */
  readonly segments: readonly Segment[];
  readonly removed: readonly string[];
  readonly registry: RulesetSource['registry'];
};

export type Definition =
  /** `pass`: everybody is to be looked at. */
  | { readonly ok: true; readonly change: RulesChange; readonly pass: boolean }
  | { readonly ok: false; readonly issues: readonly DefinitionIssue[] };

type Wanted = { readonly id: string; readonly name: string; readonly rule: Rule | undefined };

/** Defines, changes or (with no rule) deletes a segment. Segments that use it are built anew with it. */
export function defineSegment(
  source: RulesetSource,
  wanted: Wanted,
  at: { readonly now: string; readonly companyTimeZone: string },
): Definition {
  const byId = new Map(source.segments.map((segment) => [segment.id, segment]));
  const before = byId.get(wanted.id);
  const issues = [
    ...(wanted.rule === undefined
      ? usedBy(wanted.id, source.segments)
      : referenceIssues(wanted.rule, { id: wanted.id, byId })),
    ...(before === undefined && byId.size >= maxSegments
      ? [{ path: [], message: `there are ${maxSegments} segments already: delete one first` }]
      : []),
  ];
  if (issues.length > 0) return { ok: false, issues };

  const revision = source.revision + 1;
  const isSame =
    before !== undefined && JSON.stringify(before.rule) === JSON.stringify(wanted.rule);
  const after: Segment = {
    id: wanted.id,
    name: wanted.name,
    rule: wanted.rule,
    version: isSame ? before.version : revision,
    serving: before?.serving,
    createdAt: before?.createdAt ?? at.now,
    updatedAt: at.now,
  };
  const others = isSame ? [] : dependentsOf(wanted.id, source.segments);
  const changes = [
    after,
    ...others.map((segment) => ({ ...segment, version: revision, updatedAt: at.now })),
  ];
  if (changes.length > maxChanges) {
    const message = `more than ${maxChanges} segments use this one: it cannot be changed at once`;
    return { ok: false, issues: [{ path: [], message }] };
  }
  const changed = new Map(changes.map((segment) => [segment.id, segment]));
  const all = [...source.segments.filter(({ id }) => !changed.has(id)), ...changes];
  const registry = withMetrics(source.registry, neededMetrics(all, at.companyTimeZone));
  const change = { revision, settled: source.settled, segments: changes, removed: [], registry };
  // A pass under way ends with the revision it applies: whatever is still to come needs one for the new.
  return { ok: true, change, pass: !isSame || source.segments.some(isBuilding) };
}

const usedBy = (id: string, segments: readonly Segment[]): DefinitionIssue[] =>
  dependentsOf(id, segments).map((user) => ({
    path: [],
    message: `segment "${user.id}" uses it: change that first`,
  }));

/** After a pass over everybody: what was to come serves, deleted segments are gone, unused metrics dropped. */
export function settleRules(source: RulesetSource, companyTimeZone: string): RulesChange {
  const left = source.segments.filter(({ rule }) => rule !== undefined);
  const served = left.map((segment) => ({ ...segment, serving: undefined }));
  const deleted = source.segments.filter(({ rule }) => rule === undefined).map(({ id }) => id);
  return {
    revision: source.revision + 1,
    settled: source.revision,
    segments: [],
    removed: deleted.slice(0, maxChanges), // any others mean nothing from now on
    registry: settledMetrics(source.registry, neededMetrics(served, companyTimeZone)),
  };
}

/** Each `in` of a rule with its path. */
export function references(
  rule: Rule,
  path: readonly (string | number)[] = [],
): { readonly segment: string; readonly path: readonly (string | number)[] }[] {
  if ('all' in rule)
    return rule.all.flatMap((inner, index) => references(inner, [...path, 'all', index]));
  if ('any' in rule)
    return rule.any.flatMap((inner, index) => references(inner, [...path, 'any', index]));
  if ('not' in rule) return references(rule.not, [...path, 'not']);
  return 'in' in rule ? [{ segment: rule.in, path: [...path, 'in'] }] : [];
}

/** Each `list` of a rule with its path: there are no lists yet. */
function listIssues(rule: Rule, path: readonly (string | number)[]): DefinitionIssue[] {
  if ('all' in rule)
    return rule.all.flatMap((inner, index) => listIssues(inner, [...path, 'all', index]));
  if ('any' in rule)
    return rule.any.flatMap((inner, index) => listIssues(inner, [...path, 'any', index]));
  if ('not' in rule) return listIssues(rule.not, [...path, 'not']);
  return 'list' in rule
    ? [{ path: [...path, 'list'], message: `there is no list "${rule.list}"` }]
    : [];
}

/** What a rule refers to that is not there. `id`: the segment it defines, which it may not use, even through others. */
function referenceIssues(
  rule: Rule,
  known: { readonly id: string | undefined; readonly byId: ReadonlyMap<string, Segment> },
  path: readonly (string | number)[] = ['rule'],
): DefinitionIssue[] {
  const unknown = references(rule, path).flatMap((reference): DefinitionIssue[] => {
    const { segment } = reference;
    const found = known.byId.get(segment);
    if (segment === known.id || (known.id !== undefined && uses(segment, known.id, known.byId))) {
      return [
        { path: reference.path, message: `"${segment}" uses this segment: a cycle has no answer` },
      ];
    }
    if (found?.rule !== undefined) return [];
    return [{ path: reference.path, message: `there is no segment "${segment}"` }];
  });
  return [...unknown, ...listIssues(rule, path)];
}

function uses(
  from: string,
  target: string,
  byId: ReadonlyMap<string, Segment>,
  seen = new Set<string>(),
): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  const segment = byId.get(from);
  const rules = [segment?.rule, segment?.serving?.rule].filter((rule) => rule !== undefined);
  return rules
    .flatMap((rule) => references(rule))
    .some(
      (reference) => reference.segment === target || uses(reference.segment, target, byId, seen),
    );
}

/** Segments that use a segment, even through others. */
export function dependentsOf(id: string, segments: readonly Segment[]): readonly Segment[] {
  const byId = new Map(segments.map((segment) => [segment.id, segment]));
  return segments.filter((segment) => segment.id !== id && uses(segment.id, id, byId));
}
