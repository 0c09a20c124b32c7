import { eventTracked } from '../../../events/tracking.ts';
import type { PastEvent } from '../../domain/segments/history.ts';
import type { Table } from '../../ports/table.ts';
import { personEntries } from '../../stores/timeline.ts';

/** All that a person ever did, from the timeline: for metrics that their ledger does not have. */
export async function personHistory(table: Table, profileId: string): Promise<PastEvent[]> {
  const events: PastEvent[] = [];
  for await (const entry of personEntries(table, profileId)) {
    if (entry.type !== 'event') continue;
    const { name, properties } = eventTracked.parse(entry.data);
    events.push({ name, properties, occurredAt: Date.parse(entry.occurredAt) });
  }
  return events;
}
