import type { StaticList } from '../lists/static-list.ts';
import { maxNamed } from './named.ts';
import { usersOf } from './naming.ts';
import { type ChangeContext, type Definition, full, inUse, proposed } from './rules-change.ts';
import type { RulesetSource } from './ruleset.ts';

/** Makes or renames a static list; nobody is looked at for it. */
export function defineList(
  source: RulesetSource,
  wanted: { readonly id: string; readonly name: string },
  at: ChangeContext,
): Definition {
  const before = source.lists.find(({ id }) => id === wanted.id);
  if (before === undefined && source.lists.length >= maxNamed) return full('lists', maxNamed);
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
