import { unserved } from '../../domain/segments/segment.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { WholeDay } from '../../domain/time/midnight.ts';
import type { Ports } from '../../ports/ports.ts';
import { Throttled } from '../../ports/table.ts';
import { countMembers } from '../../stores/members.ts';
import { recordSize, type SegmentSize, sizedOn } from '../../stores/segment-sizes.ts';
import { currentRuleset, loadRules } from '../../stores/segments.ts';

/**
 * Records for every segment that stood when the day ended how many members it has, by the definition
 * that serves; a segment that has the day's size already is not counted again. `open`: something is left
 * to count, because time ran out or the tables were busy.
 */
export async function recordSizes(
  { date, endedAt }: WholeDay,
  ports: Pick<Ports, 'table' | 'clock' | 'settings'>,
  hasTime: () => boolean,
): Promise<'done' | 'open'> {
  const { table, clock } = ports;
  const { segments } = await loadRules(table);
  const stood = segments.filter(({ createdAt }) => Date.parse(createdAt) < endedAt);
  const ids = stood.map(({ id }) => id);
  const sized = await sizedOn(table, date, ids);
  let outcome: 'done' | 'open' = 'done';
  for (const id of ids.filter((one) => !sized.has(one))) {
    if (!hasTime()) return 'open';
    const isRecorded = await recordOne(id, { date, at: isoInstant(clock.now()) }, ports);
    if (!isRecorded) outcome = 'open';
  }
  return outcome;
}

/** False when the tables were too busy: one segment must not keep the others from being counted. */
async function recordOne(
  id: string,
  when: Pick<SegmentSize, 'date' | 'at'>,
  ports: Pick<Ports, 'table' | 'settings'>,
): Promise<boolean> {
  try {
    const size = await sizeOf(id, ports);
    if (size === undefined) return true;
    // Refused: what another worker has recorded meanwhile stands.
    return (await recordSize(ports.table, id, { ...when, size })).kind !== 'contended';
  } catch (error) {
    if (error instanceof Throttled) return false;
    throw error;
  }
}

/** By the version that serves at this moment: counting those before it took its time. Undefined: it is gone. */
async function sizeOf(
  id: string,
  { table, settings }: Pick<Ports, 'table' | 'settings'>,
): Promise<number | undefined> {
  const serving = (await currentRuleset(table, settings.timeZone)).serving.get(id);
  if (serving === unserved || serving === undefined) return serving;
  return countMembers(table, { segment: id, serving });
}
