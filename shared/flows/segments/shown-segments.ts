import type { Segment } from '../../domain/segments/segment.ts';
import type { Ports } from '../../ports/ports.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { type SegmentStatus, segmentStatus } from '../../stores/segment-status.ts';

type Reach = Pick<Ports, 'table' | 'settings'>;

/** So long members are counted for one answer: a million of them take up to 10 seconds. */
const countingMs = 5_000;

/** Each is counted by 16 requests at once, and the SDK keeps 50 connections: whoever waits a second for one fails. */
const parallelSegments = 3;

/** A segment as the API shows it. */
export const shownSegment = (segment: Segment, ports: Reach): Promise<SegmentStatus> =>
  segmentStatus(ports.table, segment, countingFor(ports));

/** Segments as the API shows them, counted in order for as long as there is time. */
export async function shownSegments(
  segments: readonly Segment[],
  ports: Reach,
): Promise<readonly SegmentStatus[]> {
  const counting = countingFor(ports);
  const shown = new Map<string, SegmentStatus>();
  await inParallel(segments, parallelSegments, async (segment) => {
    shown.set(segment.id, await segmentStatus(ports.table, segment, counting));
  });
  return segments.flatMap(({ id }) => shown.get(id) ?? []);
}

function countingFor({ settings: { timeZone } }: Reach) {
  const endsAt = performance.now() + countingMs;
  return { hasTime: () => performance.now() < endsAt, timeZone };
}
