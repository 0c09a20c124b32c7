import type { StaticList } from '../../domain/lists/static-list.ts';
import type { Table } from '../../ports/table.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { Problem } from '../../runtime/problem.ts';
import { loadRules } from '../../stores/segments.ts';
import { countListed } from '../../stores/static-lists.ts';

/** A static list as the API shows it: with the number of people in it. */
export async function staticListStatus(table: Table, list: StaticList) {
  const { id, name, createdAt, updatedAt } = list;
  return { id, name, size: await countListed(table, list), createdAt, updatedAt };
}

/** Each is counted by 16 requests at once, and the SDK keeps 50 connections: whoever waits a second for one fails. */
const parallelLists = 3;

/** Static lists as the API shows them. */
export async function shownLists(table: Table, lists: readonly StaticList[]) {
  const shown = new Map<string, Awaited<ReturnType<typeof staticListStatus>>>();
  await inParallel(lists, parallelLists, async (list) => {
    shown.set(list.id, await staticListStatus(table, list));
  });
  return lists.flatMap(({ id }) => shown.get(id) ?? []);
}

/** The list of an id; 404 when there is none. */
export async function requireList(table: Table, id: string): Promise<StaticList> {
  const { lists } = await loadRules(table);
  const list = lists.find((one) => one.id === id);
  if (list === undefined) throw new Problem(404, `There is no list "${id}".`);
  return list;
}
