import * as z from 'zod';
import type { Epoch } from '../domain/campaigns/epoch.ts';
import type { Item, Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';
import { runSlot } from './runs.ts';

/**
 * Which life of the tables the data belong to, in `marketing`.
 * - `epoch` / `-`: read once for every batch that sends or starts anything.
 * - due slot `run#0`: as long as the data of another life are being adopted.
 */
const key = { pk: 'epoch', sk: '-' } as const;

const cursor = z.string().nullable();
const storedSchema = z.object({
  epoch: z.string(),
  adoptedAt: z.string().optional(),
  adoption: z
    .object({
      epoch: z.string(),
      at: z.string(),
      place: z.discriminatedUnion('step', [
        z.object({ step: z.literal('campaigns'), after: cursor }),
        z.object({ step: z.literal('runs'), after: cursor, shard: z.int() }),
        z.object({ step: z.literal('enrolments'), slot: z.int() }),
      ]),
    })
    .optional(),
  revision: z.int(),
});

/** Whether a key of the due index is the epoch's. */
export const isEpochKey = ({ pk }: { readonly pk: string }): boolean => pk === key.pk;

/** As it stands, strongly consistent; undefined: nothing was ever sent or started. */
export async function getEpoch(table: Table): Promise<Epoch | undefined> {
  const item = await table.get('marketing', key);
  return item === undefined ? undefined : parseEpoch(item);
}

function parseEpoch(item: Item): Epoch {
  const { adoptedAt, adoption, ...stored } = storedSchema.parse(item);
  return { ...stored, adoptedAt, adoption };
}

/** Puts the epoch on top of the revision before it; undefined when somebody else was faster. */
export async function saveEpoch(table: Table, epoch: Epoch): Promise<Epoch | undefined> {
  const { revision, adoption } = epoch;
  const result = await writeOnce(table, {
    kind: 'put',
    table: 'marketing',
    item: {
      ...key,
      ...epoch,
      ...(adoption !== undefined && { dueSlot: runSlot, dueAt: adoption.at }),
    },
    when: revision === 1 ? { absent: true } : { attribute: 'revision', equals: revision - 1 },
  });
  return result.kind === 'written' ? epoch : undefined;
}
