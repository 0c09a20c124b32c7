import * as z from 'zod';
import { type Instant, isoInstant } from '../domain/time/instant.ts';
import type { Put, Table } from '../ports/table.ts';
import { dueKinds, slotsOf } from './due-slots.ts';

/**
 * When the company's next night is due, in `marketing`: `rules` / `night`, one item, in the `due` index
 * as long as there are rules. Put with the first change of the rules; moved once a night.
 */
const key = { pk: 'rules', sk: 'night' } as const;

const nightSchema = z.object({ dueAt: z.iso.datetime() });

const [nightSlot] = slotsOf(dueKinds.nights);

/** The first night, written with the first rules. */
export const firstNightPut = (dueAt: Instant): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...key, dueSlot: nightSlot, dueAt: isoInstant(dueAt) },
});

/** When the next night begins; undefined as long as nobody has made a rule. */
export async function nextNight(table: Table): Promise<Instant | undefined> {
  const item = await table.get('marketing', key);
  return item === undefined ? undefined : Date.parse(nightSchema.parse(item).dueAt);
}

/** The night is over, and the next one due; quiet when another worker was faster. */
export async function moveNight(table: Table, from: Instant, to: Instant): Promise<void> {
  await table.write({
    kind: 'update',
    table: 'marketing',
    key,
    set: { dueAt: isoInstant(to) },
    when: { attribute: 'dueAt', equals: isoInstant(from) },
  });
}
