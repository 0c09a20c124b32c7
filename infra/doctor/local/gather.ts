import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { campaignStates } from '../../../shared/domain/campaigns/campaign.ts';
import { queueNames } from '../../../shared/ports/queue.ts';
import { attempt, unasked } from '../asked.ts';
import type { DirectoryFacts, LocalFacts } from '../checks/local.ts';
import { allPages } from '../pages.ts';

const accessSchema = z.object({ url: z.url(), adminToken: z.string() });
type Access = z.infer<typeof accessSchema>;

const worldSchema = z.object({
  now: z.string(),
  clock: z.enum(['real', 'virtual']),
  nextDueAt: z.string().nullable(),
  queues: z.array(
    z.object({
      name: z.enum(queueNames),
      ready: z.number(),
      inFlight: z.number(),
      dead: z.number(),
      oldestAt: z.string().nullable(),
    }),
  ),
  schedules: z.array(z.object({ name: z.string() })),
  listeners: z.array(
    z.object({
      name: z.string(),
      pattern: z.record(z.string(), z.unknown()),
      queue: z.enum(queueNames),
    }),
  ),
  failures: z.array(z.object({ at: z.string(), file: z.string(), error: z.string() })),
  failedBatches: z.array(z.object({ at: z.string() })),
});

const quarantineSchema = z.object({
  items: z.array(z.object({ at: z.string() })),
  next: z.string().nullable(),
});

const timeZone = z.string().optional();
const campaignsSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      state: z.enum(campaignStates),
      updatedAt: z.string(),
      schedule: z.union([
        z.object({ at: z.string(), timeZone }),
        z.object({ cron: z.string(), timeZone }),
        z.object({ on: z.string() }),
      ]),
      message: z.object({ channel: z.string() }),
      goal: z.object({ event: z.string(), contact: z.array(z.string()).optional() }).optional(),
    }),
  ),
  next: z.string().nullable(),
});

/** Asks the world that runs, over HTTP, and the directory that it keeps. */
export async function gatherLocal(directory: string): Promise<LocalFacts> {
  const access = accessOf(directory);
  const kept = await attempt(directory, async () => directoryFacts(directory));
  if (access === undefined) {
    const none = unasked<never>('No world was started.');
    return { url: undefined, world: none, quarantine: none, campaigns: none, directory: kept };
  }
  return {
    url: access.url,
    world: await attempt('GET /local/state.json', () =>
      asked(access, '/local/state.json', worldSchema),
    ),
    quarantine: await askQuarantine(access),
    campaigns: await askCampaigns(access),
    directory: kept,
  };
}

/** Whether a world answers where the last one was started. */
export async function localWorldRuns(directory: string): Promise<boolean> {
  const access = accessOf(directory);
  if (access === undefined) return false;
  const answer = await attempt('', () => asked(access, '/local/state.json', worldSchema));
  return answer.kind === 'known';
}

function accessOf(directory: string): Access | undefined {
  const path = join(directory, 'world.json');
  if (!existsSync(path)) return undefined;
  try {
    return accessSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Written by another version, or cut off: as good as none.
    return undefined;
  }
}

const timeoutMs = 10_000;

async function asked<Answer>(
  { url, adminToken }: Access,
  path: string,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${adminToken}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!answer.ok) {
    await answer.arrayBuffer();
    throw new Error(`${path} answers ${answer.status}.`);
  }
  const read = schema.safeParse(await answer.json());
  if (!read.success) throw new Error(`${path} is not what this version answers: start it again.`);
  return read.data;
}

const cursor = (token: string | undefined): string =>
  token === undefined ? '' : `?after=${encodeURIComponent(token)}`;

const quarantinePages = 10;

const askQuarantine = (access: Access): Promise<LocalFacts['quarantine']> =>
  attempt('The quarantine', async () => {
    const { rows, isMore } = await allPages(async (token) => {
      const path = `/admin/quarantine${cursor(token)}`;
      const { items, next } = await asked(access, path, quarantineSchema);
      return { rows: items, next: next ?? undefined };
    }, quarantinePages);
    return { count: rows.length, isMore, oldestAt: rows[0]?.at };
  });

const askCampaigns = (access: Access): Promise<LocalFacts['campaigns']> =>
  attempt('The campaigns', async () => {
    const { rows } = await allPages(async (token) => {
      const path = `/admin/campaigns${cursor(token)}`;
      const { items, next } = await asked(access, path, campaignsSchema);
      return { rows: items, next: next ?? undefined };
    });
    return rows.map(({ message, goal, ...campaign }) => ({
      ...campaign,
      goals: goal === undefined ? [] : [goal.event, ...(goal.contact ?? [])],
      // The API does not tell of goals that are listened for after the end.
      keptGoals: [],
      channels: [message.channel],
    }));
  });

function directoryFacts(path: string): DirectoryFacts {
  const files = existsSync(path)
    ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile())
    : [];
  const bytes = files.reduce((sum, { name }) => sum + statSync(join(path, name)).size, 0);
  return { path, bytes, lock: lockOf(path) };
}

function lockOf(directory: string): DirectoryFacts['lock'] {
  const path = join(directory, 'lock');
  if (!existsSync(path)) return 'none';
  try {
    process.kill(Number(readFileSync(path, 'utf8').trim()), 0);
    return 'held';
  } catch (error) {
    // It runs, and belongs to somebody else.
    const isOthers = error instanceof Error && 'code' in error && error.code === 'EPERM';
    return isOthers ? 'held' : 'left';
  }
}
