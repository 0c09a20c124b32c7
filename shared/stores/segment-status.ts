import { isBuilding, type Segment, servingVersion } from '../domain/segments/segment.ts';
import type { Table } from '../ports/table.ts';
import { countMembers } from './members.ts';
import { getPass, getPassParts } from './segment-passes.ts';

/** A segment as the API shows it. */
export type SegmentStatus = Omit<Segment, 'version' | 'serving'> & {
  readonly state: 'ready' | 'building' | 'deleting';
  /** Members by the definition that serves. */
  readonly size: number;
  /** While it is building: parts of the pass that are done, of how many, and people looked at so far. */
  readonly progress?: { readonly done: number; readonly total: number; readonly people: number };
};

export async function segmentStatus(table: Table, segment: Segment): Promise<SegmentStatus> {
  const { id, name, rule, createdAt, updatedAt } = segment;
  const size = await countMembers(table, id, servingVersion(segment));
  const shown = { id, name, rule, createdAt, updatedAt, size };
  if (!isBuilding(segment)) return { ...shown, state: 'ready' };
  const pass = await getPass(table);
  const parts = pass === undefined ? [] : await getPassParts(table, pass.revision);
  const progress = {
    done: parts.filter(({ done }) => done).length,
    total: parts.length,
    people: parts.reduce((sum, { people }) => sum + people, 0),
  };
  return { ...shown, state: rule === undefined ? 'deleting' : 'building', progress };
}
