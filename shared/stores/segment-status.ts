import { isBuilding, type Segment, servingVersion } from '../domain/segments/segment.ts';
import { localDate } from '../domain/time/midnight.ts';
import type { Table } from '../ports/table.ts';
import { countMembers } from './members.ts';
import { getPass, getPassParts } from './segment-passes.ts';
import { querySizes } from './segment-sizes.ts';

/** A segment as the API shows it. */
export type SegmentStatus = Omit<Segment, 'version' | 'serving'> & {
  readonly state: 'ready' | 'building' | 'deleting';
  /** Members by the definition that serves; null when they are too many to count now and have not been. */
  readonly size: number | null;
  /** When they were counted, if they are too many to count now. */
  readonly sizeAt?: string;
  /** While it is building: people looked at so far and parts of the pass that are done, of how many. */
  readonly progress?: {
    readonly done: number;
    readonly total: number;
    readonly people: number;
    /** About how many people there are in all: as many as the last pass found; absent before there was one. */
    readonly ofAbout?: number;
  };
};

/** Members are counted as long as there is time: they may be millions. */
export type Counting = { readonly hasTime: () => boolean; readonly timeZone: string };

export async function segmentStatus(
  table: Table,
  segment: Segment,
  counting: Counting,
): Promise<SegmentStatus> {
  const { id, name, rule, notify = false, createdAt, updatedAt } = segment;
  const size = await sizeOf(table, segment, counting);
  const shown = { id, name, rule, notify, createdAt, updatedAt, ...size };
  if (!isBuilding(segment)) return { ...shown, state: 'ready' };
  return {
    ...shown,
    state: rule === undefined ? 'deleting' : 'building',
    progress: await progressOf(table),
  };
}

async function sizeOf(
  table: Table,
  segment: Segment,
  { hasTime, timeZone }: Counting,
): Promise<Pick<SegmentStatus, 'size' | 'sizeAt'>> {
  const { id, createdAt } = segment;
  const counted = { segment: id, serving: servingVersion(segment) };
  const size = await countMembers(table, counted, hasTime);
  if (size !== undefined) return { size };
  const since = localDate(Date.parse(createdAt), timeZone);
  const newest = { after: null, limit: 1 };
  const [recorded] = (await querySizes(table, { segment: id, since }, newest)).sizes;
  return recorded === undefined ? { size: null } : { size: recorded.size, sizeAt: recorded.at };
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
