import { sameJson } from '../profiles/same-json.ts';
import type { ComputedDefinition } from '../rules/computed/computed.ts';
import { computedHistoryIssues } from './kept-history.ts';
import { type ComputedValue, maxNamed } from './named.ts';
import { usersOf } from './naming.ts';
import {
  type ChangeContext,
  type Definition,
  full,
  inUse,
  proposed,
  rebuilt,
} from './rules-change.ts';
import type { RulesetSource } from './ruleset.ts';

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
  if (before === undefined && source.computed.length >= maxNamed)
    return full('computed values', maxNamed);
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
