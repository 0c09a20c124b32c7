import * as z from 'zod';
import { isInAudience } from '../../shared/domain/campaigns/condition.ts';
import {
  lastWaveOf,
  mainStep,
  mayBeMissed,
  personPlan,
  type Run,
} from '../../shared/domain/campaigns/run.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import { personTimeZone } from '../../shared/domain/time/zone.ts';
import { mayGoOut } from '../../shared/flows/campaigns/epochs/own-epoch.ts';
import { decideRows, reserveRows } from '../../shared/flows/campaigns/reserve-messages.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { type MemberRow, queryMembers } from '../../shared/stores/members.ts';
import { getMessages } from '../../shared/stores/messages.ts';
import { getProfiles } from '../../shared/stores/profiles.ts';
import { getPart, getRun, savePart } from '../../shared/stores/runs.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';

const partSchema = z.strictObject({
  run: z.string(),
  wave: z.string(),
  segment: z.string(),
  shard: z.int().min(0),
});
type PartMessage = z.infer<typeof partSchema>;

/** Reads parts of an audience page by page and writes a row for everybody in it. */
export const handler = queueFunction(partSchema, (messages, ports, context) => {
  const timeLeftMs = (): number => context.getRemainingTimeInMillis();
  return eachMessage(messages, (part) => expand(part, ports, timeLeftMs));
});

const pageSize = 100;

/** What one page may take, and more. */
const reserveMs = 30_000;

async function expand(part: PartMessage, ports: Ports, timeLeftMs: () => number): Promise<void> {
  if (!(await mayGoOut(ports))) return;
  const { table, settings, queue } = ports;
  let progress = await getPart(table, part.run, part);
  while (!progress.done) {
    if (timeLeftMs() < reserveMs) {
      return queue.send('audiences', [{ body: part, group: part.run }]);
    }
    const run = await getRun(table, part.run);
    if (run?.state !== 'running') return; // a resume hands the part out again
    const { serving } = await currentRuleset(table, settings.timeZone);
    const version = serving.get(part.segment);
    const page =
      version === undefined
        ? { members: [], after: null } // the segment is gone, and everybody with it
        : await queryMembers(
            table,
            { segment: part.segment, shard: part.shard, serving: version },
            { after: progress.after, limit: pageSize },
          );
    await reservePage(run, page.members, { part, ports, serving });
    const { revision } = progress;
    const after = { after: page.after, done: page.after === null };
    const saved = await savePart(table, { ...part, revision }, after);
    if (saved === undefined) return; // another worker is at this part
    progress = saved;
  }
}

async function reservePage(
  run: Run,
  members: readonly MemberRow[],
  {
    part,
    ports,
    serving,
  }: {
    readonly part: PartMessage;
    readonly ports: Ports;
    readonly serving: ReadonlyMap<string, number>;
  },
): Promise<void> {
  const companyTimeZone = ports.settings.timeZone;
  const planOf = (zone: unknown): ReturnType<typeof personPlan> =>
    personPlan(run, personTimeZone(zone, companyTimeZone));
  const isLast = lastWaveOf(run) === part.wave;
  const [ofWave, others] = partition(members, ({ zone }) => planOf(zone).wave === part.wave);
  const left = isLast ? await missedByAll(run, others, ports) : [];
  const profiles = await getProfiles(
    ports.table,
    [...ofWave, ...left].map(({ profileId }) => profileId),
  );
  const candidates = [...profiles.values()]
    .filter((profile) => isInAudience(run.definition.audience, profile, serving))
    .map((profile) => {
      const { plannedAt } = planOf(profile.attributes['timeZone']);
      return { profile, plannedAt, trigger: '' };
    });
  await reserveRows(await decideRows(run, candidates, ports), ports);
}

/**
 * Those whom no wave has met, for their zone changed while the day went round the world: the last wave
 * takes them, so that nobody is forgotten. Who only came in after the wave of their zone is not meant.
 */
async function missedByAll(
  run: Run,
  members: readonly MemberRow[],
  { table }: Ports,
): Promise<readonly MemberRow[]> {
  const way = run.definition.message.channel;
  const keyOf = ({ profileId }: MemberRow): string =>
    messageId({ run: run.id, step: mainStep, profileId, way, trigger: '' });
  const moved = members.filter(({ movedAt }) => mayBeMissed(run, movedAt));
  const rows = await getMessages(table, moved.map(keyOf));
  const met = new Set(rows.map(({ profileId }) => profileId));
  return moved.filter(({ profileId }) => !met.has(profileId));
}

function partition<Value>(
  values: readonly Value[],
  isIn: (value: Value) => boolean,
): readonly [readonly Value[], readonly Value[]] {
  const groups = Map.groupBy(values, isIn);
  return [groups.get(true) ?? [], groups.get(false) ?? []];
}
