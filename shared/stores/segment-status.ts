import { isBuilding, type Segment, servingVersion } from '../domain/segments/segment.ts';
import type { Table } from '../ports/table.ts';
import { countMembers } from './members.ts';
import { getPass, getPassParts } from './segment-passes.ts';

/** A segment as the API shows it. */
export type SegmentStatus = Omit<Segment, 'version' | 'serving'> & {
  readonly state: 'ready' | 'building' | 'deleting';
  /** Members by the definition that serves. */
  readonly size: number;
  /** While it is building: people looked at so far and parts of the pass that are done, of how many. */
  readonly progress?: {
    readonly done: number;
    readonly total: number;
    readonly people: number;
    /** About how many people there are in all: as many as the last pass found; absent before there was one. */
    readonly ofAbout?: number;
  };
};

export async function segmentStatus(table: Table, segment: Segment): Promise<SegmentStatus> {
  const { id, name, rule, notify = false, createdAt, updatedAt } = segment;
  const size = await countMembers(table, id, servingVersion(segment));
  const shown = { id, name, rule, notify, createdAt, updatedAt, size };
  if (!isBuilding(segment)) return { ...shown, state: 'ready' };
  return {
    ...shown,
    state: rule === undefined ? 'deleting' : 'building',
    progress: await progressOf(table),
  };
}

/** How far the pass under way has come; it only ever grows until a newer edit starts over. */
export async function progressOf(table: Table): Promise<NonNullable<SegmentStatus['progress']>> {
  const pass = await getPass(table);
  const work = pass && ({ pass: pass.revision, stage: 'applying' } as const);
  const parts = work === undefined ? [] : await getPassParts(table, work);
  const people = parts.reduce((sum, part) => sum + part.people, 0);
  return {
    done: parts.filter(({ done }) => done).length,
    total: parts.length,
    people,
    ...(pass?.expected !== undefined && { ofAbout: Math.max(pass.expected, people) }),
  };
}
