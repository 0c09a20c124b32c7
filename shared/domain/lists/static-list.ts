import * as z from 'zod';
import { always, never } from '../rules/answer.ts';
import type { Membership } from '../rules/compile.ts';

/** What a marketer says a static list is: who is in it is uploaded. */
export const staticListSchema = z.strictObject({
  name: z.string().trim().min(1, 'give the list a name').max(200),
});

/**
 * A static list as stored. Who is in it says `id@version`: a list that is deleted and made again starts
 * empty.
 */
export type StaticList = {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** How a person says that they are in a list. */
export const listMark = ({ id, version }: Pick<StaticList, 'id' | 'version'>): string =>
  `${id}@${version}`;

/** Whether a person is in a list; nobody is in one that is not there. */
export function listMembership(lists: readonly StaticList[]): (id: string) => Membership {
  const marks = new Map(lists.map((list) => [list.id, listMark(list)]));
  return (id) => {
    const mark = marks.get(id);
    return mark === undefined
      ? () => never
      : (subject) => (subject.lists.includes(mark) ? always : never);
  };
}

/** The ids of lists that a person is put into and taken out of. */
export type ListsChange = {
  readonly add: readonly string[];
  readonly remove: readonly string[];
};

export const noListsChange: ListsChange = { add: [], remove: [] };

/** A person's marks after a change, the lists that it really changes, and what the timeline says of them. */
type ChangedLists = {
  readonly marks: readonly string[];
  readonly changed: ListsChange;
  readonly news: readonly {
    readonly type: 'list.joined' | 'list.left';
    readonly data: { readonly list: string };
  }[];
};

/** What a change makes of a person; lists that are not there change nothing. */
export function changeLists(
  marks: readonly string[],
  change: ListsChange,
  lists: readonly StaticList[],
): ChangedLists {
  const markOf = new Map(lists.map((list) => [list.id, listMark(list)]));
  const isIn = (id: string): boolean | undefined => {
    const mark = markOf.get(id);
    return mark === undefined ? undefined : marks.includes(mark);
  };
  const changed = {
    add: change.add.filter((id) => isIn(id) === false),
    remove: change.remove.filter((id) => isIn(id) === true),
  };
  const news = [
    ...changed.add.map((list) => ({ type: 'list.joined', data: { list } }) as const),
    ...changed.remove.map((list) => ({ type: 'list.left', data: { list } }) as const),
  ];
  if (news.length === 0) return { marks, changed, news };
  const gone = new Set(changed.remove.map((id) => markOf.get(id)));
  const added = changed.add.flatMap((id) => markOf.get(id) ?? []);
  return { marks: [...marks.filter((mark) => !gone.has(mark)), ...added], changed, news };
}

/**
 * The marks that still mean something by the rules of this revision: those of lists that are there, and
 * those of newer rules. So a person's marks are never more than the lists a company may have.
 */
export function livingMarks(
  marks: readonly string[],
  rules: { readonly revision: number; readonly named: { readonly lists: readonly StaticList[] } },
): readonly string[] {
  if (marks.length === 0) return marks;
  const known = new Set(rules.named.lists.map(listMark));
  return marks.filter((mark) => known.has(mark) || versionOf(mark) > rules.revision);
}

const versionOf = (mark: string): number => Number(mark.slice(mark.lastIndexOf('@') + 1));

/** The ids of the lists a person is in. */
export function listsOf(marks: readonly string[], lists: readonly StaticList[]): readonly string[] {
  const idOf = new Map(lists.map((list) => [listMark(list), list.id]));
  return marks.flatMap((mark) => idOf.get(mark) ?? []);
}
