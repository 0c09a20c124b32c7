import * as z from 'zod';
import { isoInstant } from '../domain/time/instant.ts';
import type { Put, Table, Update } from '../ports/table.ts';
import { allItems } from './all-items.ts';

/**
 * The pass of a definition over everybody, in `marketing`:
 * - `rules` / `pass`: the newest one, by the revision it applies; in the `due` index until it is done, so
 *   that the minute tick revives it after a crash.
 * - `pass#<revision>` / part number: how far each scan segment got.
 */
export const passParts = 8;
const passSlot = 'pass#0';
/** How long after its start a pass is looked after by the tick. */
const reviveMs = 5 * 60 * 1000;

const passSchema = z.object({ revision: z.number(), done: z.boolean() });
export type Pass = z.infer<typeof passSchema>;

const partSchema = z.object({
  sk: z.string(),
  after: z.string().nullable(),
  people: z.number(),
  done: z.boolean(),
});
export type PassPart = {
  readonly part: number;
  /** Where to go on; null: at the beginning. */
  readonly after: string | null;
  /** People looked at so far. */
  readonly people: number;
  readonly done: boolean;
};

export async function getPass(table: Table): Promise<Pass | undefined> {
  const item = await table.get('marketing', { pk: 'rules', sk: 'pass' });
  return item === undefined ? undefined : passSchema.parse(item);
}

/** A new pass, written with the definition that needs it; an older one that is not done ends with it. */
export const passPut = (revision: number, startsAt: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: {
    pk: 'rules',
    sk: 'pass',
    revision,
    done: false,
    dueSlot: passSlot,
    dueAt: isoInstant(startsAt + reviveMs),
  },
});

export const passDone = (revision: number): Update => ({
  kind: 'update',
  table: 'marketing',
  key: { pk: 'rules', sk: 'pass' },
  set: { done: true },
  remove: ['dueSlot', 'dueAt'],
  when: { attribute: 'revision', equals: revision },
});

/** Keeps an open pass in the tick's sight. */
export async function watchPass(table: Table, revision: number, now: number): Promise<void> {
  await table.write({
    kind: 'update',
    table: 'marketing',
    key: { pk: 'rules', sk: 'pass' },
    set: { dueSlot: passSlot, dueAt: isoInstant(now + reviveMs) },
    when: { attribute: 'revision', equals: revision },
  });
}

const partition = (revision: number): string => `pass#${revision}`;

export async function getPassParts(table: Table, revision: number): Promise<readonly PassPart[]> {
  const items = await allItems(table, { pk: partition(revision), consistent: true });
  const stored = items.map((item): PassPart => {
    const { sk, after, people, done } = partSchema.parse(item);
    return { part: Number(sk), after, people, done };
  });
  return Array.from(
    { length: passParts },
    (_, part) =>
      stored.find((row) => row.part === part) ?? { part, after: null, people: 0, done: false },
  );
}

/** Parts are forgotten a week after they were last written. */
const partDays = 7;

export async function savePassPart(
  table: Table,
  revision: number,
  { part, now, ...progress }: PassPart & { readonly now: number },
): Promise<void> {
  const expiresAt = Math.ceil(now / 1000) + partDays * 86_400;
  await table.write({
    kind: 'put',
    table: 'marketing',
    item: { pk: partition(revision), sk: String(part), ...progress, expiresAt },
  });
}
