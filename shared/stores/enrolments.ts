import * as z from 'zod';
import type { TriggerEvent } from '../domain/campaigns/trigger.ts';
import { shardOf } from '../domain/identity/hash.ts';
import type { Item, Put, Table } from '../ports/table.ts';
import { shards } from './shards.ts';

/**
 * People waiting for the delay of an event campaign to end, in `marketing`.
 * - `enrolment#<run>#<person>` / slot (`once`, `restart`, or the triggering entry): one by its trigger.
 *   When the delay has ended it stays, `done`, so that a trigger that comes again starts nothing.
 * - `cooldown#<campaign>#<person>` / `-`: the last message the campaign planned for the person.
 * - due slot `enrolment#<shard of the person>`: those who wait.
 */
export type Enrolment = {
  readonly run: string;
  readonly profileId: string;
  readonly slot: string;
  /** The latest trigger. */
  readonly trigger: TriggerEvent;
  /** When the delay ends, ISO. */
  readonly plannedAt: string;
  readonly done: boolean;
  /** Optimistic lock. */
  readonly revision: number;
};

const triggerSchema = z.object({
  id: z.string(),
  name: z.string(),
  occurredAt: z.string(),
  properties: z.record(z.string(), z.unknown()),
});

const storedSchema = z.object({
  sk: z.string(),
  run: z.string(),
  profileId: z.string(),
  trigger: triggerSchema,
  plannedAt: z.string(),
  done: z.boolean(),
  revision: z.int(),
});

/** A trigger is not delivered again after this: queues keep messages for 14 days, a republish is rarely later. */
const keptSeconds = 90 * 24 * 60 * 60;

const keyOf = (run: string, profileId: string, slot: string) => ({
  pk: `enrolment#${run}#${profileId}`,
  sk: slot,
});

/** A stored enrolment, parsed. */
export function parseEnrolment(item: Item): Enrolment {
  const { sk: slot, ...stored } = storedSchema.parse(item);
  return { ...stored, slot };
}

/** The write that makes this the enrolment, on top of the revision before it. */
export function enrolmentPut(enrolment: Enrolment, now: number): Put {
  const { slot, trigger, ...fields } = enrolment;
  const { run, profileId, plannedAt, revision } = fields;
  return {
    kind: 'put',
    table: 'marketing',
    item: {
      ...keyOf(run, profileId, slot),
      ...fields,
      // Properties came from JSON, so they are storable values.
      trigger: trigger as unknown as NonNullable<Item[string]>,
      ...(enrolment.done
        ? { expiresAt: Math.floor(now / 1000) + keptSeconds }
        : { dueSlot: `enrolment#${shardOf(profileId, shards)}`, dueAt: plannedAt }),
    },
    when: revision === 1 ? { absent: true } : { attribute: 'revision', equals: revision - 1 },
  };
}

export async function getEnrolment(
  table: Table,
  key: Pick<Enrolment, 'run' | 'profileId' | 'slot'>,
): Promise<Enrolment | undefined> {
  const item = await table.get('marketing', keyOf(key.run, key.profileId, key.slot));
  return item === undefined ? undefined : parseEnrolment(item);
}

/** The last message a campaign planned for a person. `revision` 0: none yet. */
export type LastPlanned = { readonly plannedAt: string | undefined; readonly revision: number };

const lastSchema = z.object({ plannedAt: z.string(), revision: z.int() });
const lastKey = (campaign: string, profileId: string) => ({
  pk: `cooldown#${campaign}#${profileId}`,
  sk: '-',
});

export async function getLastPlanned(
  table: Table,
  campaign: string,
  profileId: string,
): Promise<LastPlanned> {
  const item = await table.get('marketing', lastKey(campaign, profileId));
  return item === undefined ? { plannedAt: undefined, revision: 0 } : lastSchema.parse(item);
}

/** The write that begins the cooldown anew, on top of what was read. */
export const lastPlannedPut = (
  who: { readonly campaign: string; readonly profileId: string },
  plannedAt: string,
  revision: number,
): Put => ({
  kind: 'put',
  table: 'marketing',
  item: { ...lastKey(who.campaign, who.profileId), plannedAt, revision: revision + 1 },
  when: revision === 0 ? { absent: true } : { attribute: 'revision', equals: revision },
});
