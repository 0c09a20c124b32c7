import type { StaticList } from '../lists/static-list.ts';
import { registryIssues, togetherIssues } from './definition-room.ts';
import { settledMetrics, withMetrics } from './metric-registry.ts';
import { type ComputedValue, firstRfm, type Rfm } from './named.ts';
import { type NamingIssue, namesIn, usersOf } from './naming.ts';
import { neededMetrics, type RulesetSource } from './ruleset.ts';
import { isBuilding, type LastPass, type Segment } from './segment.ts';

/** Segments that one change may concern, through nesting: they change in one transaction. */
const maxChanges = 90;

/** What is to be stored of the rules at a new revision. */
export type RulesChange = {
  readonly revision: number;
  readonly settled: number;
  readonly lastPass?: LastPass | undefined;
  /** New and changed definitions. */
  readonly segments: readonly Segment[];
  readonly computed: readonly ComputedValue[];
  readonly lists: readonly StaticList[];
  /** Whole; undefined as long as nobody has asked for it. */
  readonly rfm: Rfm | undefined;
  readonly removed: {
    readonly segments: readonly string[];
    readonly computed: readonly string[];
    readonly lists: readonly string[];
  };
  readonly registry: RulesetSource['registry'];
};

export type Definition =
  /** `pass`: everybody is to be looked at. */
  | { readonly ok: true; readonly change: RulesChange; readonly pass: boolean }
  | { readonly ok: false; readonly issues: readonly NamingIssue[] };

export type ChangeContext = {
  readonly now: string;
  readonly companyTimeZone: string;
  /** How many days of events the timeline keeps; absent: all. */
  readonly timelineDays?: number | undefined;
};

const none = { segments: [], computed: [], lists: [] };

/** Refused: these segments use it. */
export const inUse = (users: readonly { readonly id: string }[]): Definition => ({
  ok: false,
  issues: users.map(({ id }) => ({
    path: [],
    message: `segment "${id}" uses it: change that first`,
  })),
});

/** Refused: there are as many as there may be. */
export const full = (what: string, limit: number): Definition => ({
  ok: false,
  issues: [{ path: [], message: `there are ${limit} ${what} already: delete one first` }],
});

/**
 * The same rules, to be applied to everybody anew because something they name has changed. `notify`
 * tells of those whom that re-labels; a segment with an edit of its own under way keeps to what that said.
 */
export const rebuilt = (
  segments: readonly Segment[],
  revision: number,
  { now, notify = false }: Pick<ChangeContext, 'now'> & { readonly notify?: boolean },
): readonly Segment[] =>
  segments.map((segment) => ({
    ...segment,
    notify: isBuilding(segment) ? segment.notify : notify,
    version: revision,
    updatedAt: now,
  }));

/** A change at the next revision, with the metrics it needs; refused when it concerns too many segments. */
export function proposed(
  source: RulesetSource,
  changes: Partial<Pick<RulesChange, 'segments' | 'computed' | 'lists' | 'removed'>> & {
    readonly rfm?: Rfm | 'off';
  },
  { at, pass }: { readonly at: ChangeContext; readonly pass: boolean },
): Definition {
  const { segments = [], computed = [], lists = [], removed = none } = changes;
  if (segments.length > maxChanges) {
    const message = `more than ${maxChanges} segments use this: it cannot be changed at once`;
    return { ok: false, issues: [{ path: [], message }] };
  }
  const revision = source.revision + 1;
  const asks = segments.some(
    ({ rule }) => rule && namesIn(rule).some(({ kind }) => kind === 'rfm'),
  );
  const stands = changes.rfm === 'off' ? undefined : (changes.rfm ?? source.rfm);
  const rfm = stands ?? (asks ? firstRfm(revision) : undefined);
  const after = {
    segments: replaced(source.segments, segments),
    computed: replaced(source.computed, computed),
    lists: replaced(source.lists, lists),
    rfm,
  };
  if (rfm !== undefined && rfmUsers(after).length > maxChanges) {
    const message = `at most ${maxChanges} segments may use RFM, in themselves or through others`;
    return { ok: false, issues: [{ path: [], message }] };
  }
  const needs = neededMetrics(after, at.companyTimeZone);
  const registry = withMetrics(source.registry, needs, at.timelineDays);
  const issues = [
    ...registryIssues(source.registry, registry),
    ...togetherIssues(segments),
    // Every night they change together, and nobody is there to be told.
    ...(rfm === undefined ? [] : togetherIssues(rfmUsers(after))),
  ];
  if (issues.length > 0) return { ok: false, issues };
  const { settled, lastPass } = source;
  const change = { revision, settled, lastPass, segments, computed, lists, rfm, removed };
  // A pass under way ends with the revision it applies: whatever is still to come needs one for the new.
  return { ok: true, change: { ...change, registry }, pass: pass || isUnsettled(source) };
}

const replaced = <One extends { readonly id: string }>(
  all: readonly One[],
  changes: readonly One[],
): readonly One[] => {
  const ids = new Set(changes.map(({ id }) => id));
  return [...all.filter(({ id }) => !ids.has(id)), ...changes];
};

/** Whether something is to come that a pass has not yet applied to everybody. */
const isUnsettled = ({ segments, computed, rfm }: RulesetSource): boolean =>
  segments.some(isBuilding) ||
  computed.some(({ serving, version }) => serving?.version !== version) ||
  (rfm !== undefined && rfm.serving?.version !== rfm.version);

/**
 * After a pass over everybody: what was to come serves, what was deleted is gone, unused metrics are
 * dropped. The pass found so many `people` and, `sketched`, these borders between the fifths of all customers.
 */
export function settleRules(
  source: RulesetSource,
  { now, companyTimeZone }: ChangeContext,
  found: { readonly people: number; readonly sketched?: Rfm['sketched'] },
): RulesChange {
  const left = source.segments.filter(({ rule }) => rule !== undefined);
  const segments = left.map((segment) => ({ ...segment, serving: undefined }));
  const computed = source.computed
    .filter(({ definition }) => definition !== undefined)
    .map((one) => ({ ...one, serving: undefined }));
  const rfm = source.rfm && {
    ...source.rfm,
    serving: undefined,
    sketched: found.sketched ?? source.rfm.sketched,
  };
  const needs = neededMetrics({ ...source, segments, computed, rfm }, companyTimeZone);
  return {
    revision: source.revision + 1,
    settled: source.revision,
    lastPass: { after: source.settled, at: now, people: found.people },
    segments: [],
    computed: [],
    lists: [],
    rfm,
    removed: {
      // Any others mean nothing from now on.
      segments: deleted(source.segments, ({ rule }) => rule === undefined),
      computed: deleted(source.computed, ({ definition }) => definition === undefined),
      lists: [],
    },
    registry: settledMetrics(source.registry, needs),
  };
}

const deleted = <One extends { readonly id: string }>(
  all: readonly One[],
  isDeleted: (one: One) => boolean,
): readonly string[] =>
  all
    .filter(isDeleted)
    .slice(0, maxChanges / 2)
    .map(({ id }) => id);

/** What uses RFM is to be built anew. */
export const rfmUsers = ({ segments }: Pick<RulesetSource, 'segments'>): readonly Segment[] =>
  usersOf({ kind: 'rfm', id: '' }, segments);
