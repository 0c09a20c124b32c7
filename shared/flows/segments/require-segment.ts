import type { Segment } from '../../domain/segments/segment.ts';
import type { Table } from '../../ports/table.ts';
import { Problem } from '../../runtime/problem.ts';
import { getSegment } from '../../stores/segments.ts';

/** The segment of an id; 404 when there is none. */
export async function requireSegment(table: Table, id: string): Promise<Segment> {
  const segment = await getSegment(table, id);
  if (segment === undefined) throw noSegment(id);
  return segment;
}

export const noSegment = (id: string): Problem => new Problem(404, `There is no segment "${id}".`);
