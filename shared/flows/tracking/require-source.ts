import type { Table } from '../../ports/table.ts';
import { Problem } from '../../runtime/problem.ts';
import { getSource, type Source } from '../../stores/sources.ts';

/** The source of an id; 404 when there is none. */
export async function requireSource(table: Table, id: string): Promise<Source> {
  const source = await getSource(table, id);
  if (source === undefined) throw new Problem(404, `There is no source "${id}".`);
  return source;
}
