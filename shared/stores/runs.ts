import * as z from 'zod';
import { storedDefinitionSchema } from '../domain/campaigns/campaign.ts';
import { armTallySchema } from '../domain/campaigns/experiments/arm-tally.ts';
import { winnerSchema } from '../domain/campaigns/experiments/winner.ts';
import { parseRunId, type Run, runId, runStates } from '../domain/campaigns/run.ts';
import type { Item, Put, Table } from '../ports/table.ts';
import { writeOnce } from './messages.ts';

/**
 * Runs and the progress of their audiences, in `marketing`.
 * - `runs#<campaign>` / planned instant: one by its id, a campaign's runs newest first.
 * - `parts#<run>` / `<wave>#<segment>#<shard>`: how far a part of the audience has been read. A part
 *   that is absent has not begun.
 * - due slot `run#0`: runs with a wave, a walk or a completion check ahead.
 */
export const runSlot = 'run#0';

const storedSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  launchedAt: z.string(),
  state: z.enum(runStates),
  definition: storedDefinitionSchema,
  templates: z.record(z.string(), z.int()),
  revision: z.int(),
  waves: z.array(z.string()),
  startedWaves: z.array(z.string()),
  walk: z
    .object({
      action: z.enum(['resume', 'cancel']),
      round: z.union([z.literal(1), z.literal(2)]),
      shard: z.int(),
      after: z.string().nullable(),
    })
    .optional(),
  checks: z.int(),
  closedShards: z.int(),
  dueAt: z.string().optional(),
  decisionAt: z.string().optional(),
  count: z.object({ shard: z.int(), arms: z.record(z.string(), armTallySchema) }).optional(),
  winner: winnerSchema.optional(),
  follows: z.array(z.string()).optional(),
});

const partition = 'runs#';
const keyOf = (campaign: string, plannedAt: string) => ({
  pk: `${partition}${campaign}`,
  sk: plannedAt,
});

/** Whether a key of the due index is a run's. */
export const isRunKey = (key: { readonly pk: string }): boolean => key.pk.startsWith(partition);

/** A stored run, parsed. */
export function parseRun(item: Item): Run {
  const { pk, sk: plannedAt, walk, dueAt, ...stored } = storedSchema.parse(item);
  const campaign = pk.slice(partition.length);
  return { ...stored, id: runId(campaign, plannedAt), campaign, plannedAt, walk, dueAt };
}

/** The write that makes this the run, on top of the revision before it. */
export function runPut(run: Run): Put {
  const { id: _, campaign, plannedAt, definition, ...fields } = run;
  return {
    kind: 'put',
    table: 'marketing',
    item: {
      ...keyOf(campaign, plannedAt),
      ...fields,
      // JSON drops what is absent: only storable values are left.
      definition: JSON.parse(JSON.stringify(definition)),
      ...(run.dueAt !== undefined && { dueSlot: runSlot }),
    },
    when:
      run.revision === 1 ? { absent: true } : { attribute: 'revision', equals: run.revision - 1 },
  };
}

/** The run as now stored; undefined when somebody else changed it first. */
export async function saveRun(
  table: Table,
  run: Run,
  change: Partial<Run>,
): Promise<Run | undefined> {
  const after = { ...run, ...change, revision: run.revision + 1 };
  return (await writeOnce(table, runPut(after))).kind === 'written' ? after : undefined;
}

/** A run as it stands, strongly consistent: its state says whether anything of it may be sent. */
export async function getRun(table: Table, id: string): Promise<Run | undefined> {
  const key = parseRunId(id);
  if (key === undefined) return undefined;
  const item = await table.get('marketing', keyOf(key.campaign, key.plannedAt));
  return item === undefined ? undefined : parseRun(item);
}

const stateSchema = storedSchema.pick({ state: true });

/** A run's state alone, strongly consistent: its definition takes long to parse, and this is asked before each call. */
export async function getRunState(table: Table, id: string): Promise<Run['state'] | undefined> {
  const key = parseRunId(id);
  if (key === undefined) return undefined;
  const item = await table.get('marketing', keyOf(key.campaign, key.plannedAt));
  return item === undefined ? undefined : stateSchema.parse(item).state;
}

/** A campaign's runs, newest first, page by page. */
export async function queryRuns(
  table: Table,
  campaign: string,
  page: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly rows: readonly Run[]; readonly after: string | null }> {
  const found = await table.query('marketing', {
    pk: `${partition}${campaign}`,
    descending: true,
    consistent: true,
    ...page,
  });
  return { rows: found.items.map(parseRun), after: found.after };
}

/** Every run of a campaign. */
export async function* allRuns(table: Table, campaign: string): AsyncGenerator<Run> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queryRuns>> = await queryRuns(table, campaign, {
      after,
      limit: 100,
    });
    yield* page.rows;
    after = page.after;
  } while (after !== null);
}

/** One part of an audience at one wave. */
export type Part = { readonly wave: string; readonly segment: string; readonly shard: number };

/** How far a part has been read. `revision` 0: it has not begun. */
export type PartProgress = {
  readonly after: string | null;
  readonly done: boolean;
  readonly revision: number;
};

const partSchema = z.object({
  sk: z.string(),
  after: z.string().nullable(),
  done: z.boolean(),
  revision: z.int(),
});

const partKey = (run: string, { wave, segment, shard }: Part) => ({
  pk: `parts#${run}`,
  sk: `${wave}#${segment}#${String(shard).padStart(2, '0')}`,
});

export async function getPart(table: Table, run: string, part: Part): Promise<PartProgress> {
  const item = await table.get('marketing', partKey(run, part));
  if (item === undefined) return { after: null, done: false, revision: 0 };
  const { after, done, revision } = partSchema.parse(item);
  return { after, done, revision };
}

/** The progress as now stored; undefined when another worker is at this part. */
export async function savePart(
  table: Table,
  part: Part & { readonly run: string; readonly revision: number },
  progress: Pick<PartProgress, 'after' | 'done'>,
): Promise<PartProgress | undefined> {
  const revision = part.revision + 1;
  const { after, done } = progress;
  const result = await writeOnce(table, {
    kind: 'put',
    table: 'marketing',
    item: { ...partKey(part.run, part), after, done, revision },
    when: part.revision === 0 ? { absent: true } : { attribute: 'revision', equals: part.revision },
  });
  return result.kind === 'written' ? { after, done, revision } : undefined;
}

/** The parts of a run's waves that are not done, begun or not, up to `limit`. */
export async function openParts(
  table: Table,
  run: Pick<Run, 'id' | 'startedWaves' | 'definition'>,
  options: { readonly shards: number; readonly limit: number },
): Promise<readonly Part[]> {
  const open: Part[] = [];
  for (const wave of run.startedWaves) {
    const done = await doneParts(table, run.id, wave);
    for (const segment of run.definition.audience?.include ?? []) {
      for (let shard = 0; shard < options.shards; shard += 1) {
        const part = { wave, segment, shard };
        if (!done.has(partKey(run.id, part).sk)) open.push(part);
        if (open.length >= options.limit) return open;
      }
    }
  }
  return open;
}

async function doneParts(table: Table, run: string, wave: string): Promise<ReadonlySet<string>> {
  const done = new Set<string>();
  let after: string | null = null;
  do {
    const page = await table.query('marketing', {
      pk: `parts#${run}`,
      prefix: `${wave}#`,
      consistent: true,
      after,
    });
    for (const item of page.items) {
      const part = partSchema.parse(item);
      if (part.done) done.add(part.sk);
    }
    after = page.after;
  } while (after !== null);
  return done;
}
