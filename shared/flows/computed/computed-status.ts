import type { ComputedDefinition } from '../../domain/rules/computed/computed.ts';
import type { ComputedValue } from '../../domain/segments/named.ts';
import type { Table } from '../../ports/table.ts';
import { Problem } from '../../runtime/problem.ts';
import { progressOf, type SegmentStatus } from '../../stores/segment-status.ts';
import { loadRules } from '../../stores/segments.ts';

/** A computed value as the API shows it. While it is building, rules and templates go by the definition before. */
export type ComputedStatus = Partial<ComputedDefinition> &
  Pick<ComputedValue, 'id' | 'name' | 'createdAt' | 'updatedAt'> &
  Pick<SegmentStatus, 'state' | 'progress'>;

export async function computedStatus(table: Table, value: ComputedValue): Promise<ComputedStatus> {
  const { id, name, definition, serving, version, createdAt, updatedAt } = value;
  const shown = { id, name, ...(definition ?? serving?.definition), createdAt, updatedAt };
  if (serving?.version === version) return { ...shown, state: 'ready' };
  const state = definition === undefined ? 'deleting' : 'building';
  return { ...shown, state, progress: await progressOf(table) };
}

/** The computed value of an id; 404 when there is none. */
export async function requireComputed(table: Table, id: string): Promise<ComputedValue> {
  const { computed } = await loadRules(table);
  const value = computed.find((one) => one.id === id);
  if (value === undefined) throw new Problem(404, `There is no computed value "${id}".`);
  return value;
}
