import * as z from 'zod';
import { isoInstant } from '../domain/time/instant.ts';
import { type Put, type Table, Throttled, type Update } from '../ports/table.ts';

/**
 * The pass of a definition over everybody, in `marketing`:
 * - `rules` / `pass`: the newest one, by the revision it applies, and how many people the one before it
 *   found; in the `due` index until it is done, so that the minute tick revives it after a crash.
 * - `pass#<revision>#applying#<part>` / `-`: how far each scan segment got; when the rules it applied
 *   serve and there is somebody to tell of it, `pass#<revision>#announcing#<part>` likewise. Each has a
 *   partition of its own: together they are written so often, and with tallies so large, that one would
 *   meet its limit of 1000 write units a second.
 */
export const passParts = 8;
const passSlot = 'pass#0';
/** How long after its start a pass is looked after by the tick. */
const reviveMs = 5 * 60 * 1000;

const passSchema = z.object({
  revision: z.number(),
  /** Absent before the first pass was done. */
  expected: z.number().optional(),
  announcing: z.boolean().optional(),
  done: z.boolean(),
});
export type Pass = z.infer<typeof passSchema>;

/** First everybody is looked at; when the new rules serve, those are told whom they re-labelled. */
export type PassStage = 'applying' | 'announcing';
export type PassWork = { readonly pass: number; readonly stage: PassStage };

const partSchema = z.object({
  pk: z.string(),
  after: z.string().nullable(),
  people: z.number(),
  pages: z.number(),
  tally: z.instanceof(Uint8Array).optional(),
  done: z.boolean(),
});
export type PassPart = {
  readonly part: number;
  /** Where to go on; null: at the beginning. */
  readonly after: string | null;
  /** People looked at so far. */
  readonly people: number;
  /** Pages done so far: of two workers at one part, the slower is refused. */
  readonly pages: number;
  /** The customers among them; absent while RFM is not in use. */
  readonly tally?: Uint8Array;
  readonly done: boolean;
};

export async function getPass(table: Table): Promise<Pass | undefined> {
  const item = await table.get('marketing', { pk: 'rules', sk: 'pass' });
  return item === undefined ? undefined : passSchema.parse(item);
}

/** A new pass, written with the definition that needs it; an older one that is not done ends with it. */
export const passPut = (
  revision: number,
  { startsAt, expected }: { readonly startsAt: number; readonly expected: number | undefined },
): Put => ({
  kind: 'put',
  table: 'marketing',
  item: {
    pk: 'rules',
    sk: 'pass',
    revision,
    ...(expected !== undefined && { expected }),
    done: false,
    dueSlot: passSlot,
    dueAt: isoInstant(startsAt + reviveMs),
  },
});

export const passDone = (revision: number): Update => ({
  kind: 'update',
  table: 'marketing',
  key: { pk: 'rules', sk: 'pass' },
  set: { done: true, announcing: false },
  remove: ['dueSlot', 'dueAt'],
  when: { attribute: 'revision', equals: revision },
});

/** What the pass applied serves, and people are told of it from that instant on (in ms). */
export const passAnnounces = (revision: number, startsAt: number): Update => ({
  kind: 'update',
  table: 'marketing',
  key: { pk: 'rules', sk: 'pass' },
  set: { announcing: true, dueSlot: passSlot, dueAt: isoInstant(startsAt + reviveMs) },
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

const partKey = ({ pass, stage }: PassWork, part: number) => ({
  pk: `pass#${pass}#${stage}#${part}`,
  sk: '-',
});

export async function getPassParts(table: Table, work: PassWork): Promise<readonly PassPart[]> {
  const parts = Array.from({ length: passParts }, (_, part) => part);
  const items = await table.batchGet(
    'marketing',
    parts.map((part) => partKey(work, part)),
  );
  const stored = new Map(
    items.map((item) => {
      const { pk, after, people, pages, tally, done } = partSchema.parse(item);
      return [pk, { after, people, pages, ...(tally && { tally }), done }];
    }),
  );
  const unbegun = { after: null, people: 0, pages: 0, done: false };
  return parts.map((part) => ({ part, ...(stored.get(partKey(work, part).pk) ?? unbegun) }));
}

/** Parts are forgotten a week after they were last written. */
const partDays = 7;

/** Says that one page more is done; undefined when another worker is at this part. */
export async function savePassPart(
  table: Table,
  work: PassWork,
  { part, now, ...before }: PassPart & { readonly now: number },
): Promise<PassPart | undefined> {
  const expiresAt = Math.ceil(now / 1000) + partDays * 86_400;
  const progress = { ...before, pages: before.pages + 1 };
  const result = await table.write({
    kind: 'put',
    table: 'marketing',
    item: { ...partKey(work, part), ...progress, expiresAt },
    when: before.pages === 0 ? { absent: true } : { attribute: 'pages', equals: before.pages },
  });
  if (result.kind === 'contended') throw new Throttled('A part of a pass stays contended.');
  return result.kind === 'written' ? { part, ...progress } : undefined;
}
