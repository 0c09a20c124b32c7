import { sameJson } from '../profiles/same-json.ts';
import type { ComputedDefinition } from '../rules/computed.ts';
import type { RfmCuts, RfmSettings } from '../rules/rfm.ts';
import type { ComputedValue, StaticList } from './definitions.ts';
import { computedHistoryIssues, rfmHistoryIssues } from './kept-history.ts';
import { usersOf } from './naming.ts';
import {
  type ChangeContext,
  type Definition,
  proposed,
  rebuilt,
  rfmUsers,
} from './rules-change.ts';
import type { RulesetSource } from './ruleset.ts';

/** Computed values, and static lists, a company may have. */
export const maxNamed = 200;

/** Defines, changes or (with no definition) deletes a computed value; segments that use it are built anew. */
export function defineComputed(
  source: RulesetSource,
  wanted: {
    readonly id: string;
    readonly name: string;
    readonly definition: ComputedDefinition | undefined;
  },
  at: ChangeContext,
): Definition {
  const before = source.computed.find(({ id }) => id === wanted.id);
  const users = usersOf({ kind: 'computed', id: wanted.id }, source.segments);
  if (wanted.definition === undefined && users.length > 0) return inUse(users);
  if (before === undefined && source.computed.length >= maxNamed) return full('computed values');
  const revision = source.revision + 1;
  const isSame = before !== undefined && sameJson(before.definition, wanted.definition);
  const { timelineDays } = at;
  if (wanted.definition !== undefined && !isSame) {
    const issues = computedHistoryIssues(wanted.definition, { source, timelineDays }, []);
    if (issues.length > 0) return { ok: false, issues };
  }
  const after: ComputedValue = {
    ...wanted,
    version: isSame ? before.version : revision,
    serving: before?.serving,
    createdAt: before?.createdAt ?? at.now,
    updatedAt: at.now,
  };
  const segments = isSame ? [] : rebuilt(users, revision, at);
  return proposed(source, { computed: [after], segments }, { at, pass: !isSame });
}

/** Makes or renames a static list; nobody is looked at for it. */
export function defineList(
  source: RulesetSource,
  wanted: { readonly id: string; readonly name: string },
  at: ChangeContext,
): Definition {
  const before = source.lists.find(({ id }) => id === wanted.id);
  if (before === undefined && source.lists.length >= maxNamed) return full('lists');
  const list: StaticList = {
    ...wanted,
    version: before?.version ?? source.revision + 1,
    createdAt: before?.createdAt ?? at.now,
    updatedAt: at.now,
  };
  return proposed(source, { lists: [list] }, { at, pass: false });
}

/** Deletes a static list, unless a segment uses it. */
export function removeList(source: RulesetSource, id: string, at: ChangeContext): Definition {
  const users = usersOf({ kind: 'list', id }, source.segments);
  if (users.length > 0) return inUse(users);
  const removed = { segments: [], computed: [], lists: [id] };
  return proposed(source, { removed }, { at, pass: false });
}

/** Says what an order is; the scores are worked out anew, and the old ones serve until they are. */
export function defineRfm(
  source: RulesetSource,
  settings: RfmSettings,
  at: ChangeContext,
): Definition {
  if (sameJson(settings, source.rfm?.settings)) {
    return proposed(source, {}, { at, pass: false });
  }
  const issues = rfmHistoryIssues(settings, { source, timelineDays: at.timelineDays }, []);
  if (issues.length > 0) return { ok: false, issues };
  return recut(source, { settings, cuts: undefined }, { ...at, notify: false });
}

/**
 * New borders between the fifths of all customers, if there are any; who uses them is built anew. It tells of those whom
 * that re-labels: nobody has edited anything, and their standing among all customers has changed.
 */
export function recutRfm(
  source: RulesetSource,
  cuts: RfmCuts | undefined,
  at: ChangeContext,
): Definition {
  if (source.rfm === undefined) throw new Error('There is no RFM to cut anew.');
  return recut(source, { settings: source.rfm.settings, cuts }, { ...at, notify: true });
}

/** Nobody has scores any more, and no night looks at everybody for them; refused while a segment uses them. */
export function removeRfm(source: RulesetSource, at: ChangeContext): Definition {
  const users = rfmUsers(source);
  if (users.length > 0) return inUse(users);
  return proposed(source, { rfm: 'off' }, { at, pass: false });
}

function recut(
  source: RulesetSource,
  model: { readonly settings: RfmSettings; readonly cuts: RfmCuts | undefined },
  at: ChangeContext & { readonly notify: boolean },
): Definition {
  const version = source.revision + 1;
  const { serving } = source.rfm ?? {};
  const rfm = { ...model, cutAt: at.now, version, serving, sketched: model.cuts };
  const segments = rebuilt(rfmUsers(source), version, at);
  return proposed(source, { rfm, segments }, { at, pass: true });
}

const inUse = (users: readonly { readonly id: string }[]): Definition => ({
  ok: false,
  issues: users.map(({ id }) => ({
    path: [],
    message: `segment "${id}" uses it: change that first`,
  })),
});

const full = (what: string): Definition => ({
  ok: false,
  issues: [{ path: [], message: `there are ${maxNamed} ${what} already: delete one first` }],
});
