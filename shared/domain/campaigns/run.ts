import { addDuration, parseDuration } from '../time/duration.ts';
import { dateInstant, isoInstant, readDate } from '../time/instant.ts';
import { fromLocal, toLocal } from '../time/zone.ts';
import type { CampaignDefinition } from './campaign.ts';
import type { ArmTally } from './experiments/arm-tally.ts';
import type { Winner } from './experiments/winner.ts';
import { isEventSchedule, isOnceSchedule, recipientZone, type Schedule } from './schedule.ts';
import { firstZone, lastZone, waveOf, wavesOf } from './waves.ts';

/** `running`: it may write and send rows; `paused` holds them; the others are the end. */
export const runStates = ['running', 'paused', 'completed', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];

/** A pass over the run's open rows; the second round meets what was still being written in the first. */
export type Walk = {
  readonly action: 'resume' | 'cancel';
  readonly round: 1 | 2;
  readonly shard: number;
  readonly after: string | null;
};

/** One going-out of a campaign, with everything it needs pinned. Instants are ISO. */
export type Run = {
  /** `<campaign>@<planned instant>`: two firings of one schedule are one run. */
  readonly id: string;
  readonly campaign: string;
  /** The planned instant; for recipients' local times that time written as if UTC; for events the launch. */
  readonly plannedAt: string;
  readonly launchedAt: string;
  readonly state: RunState;
  readonly definition: CampaignDefinition;
  /** The pinned version of each template the definition names. */
  readonly templates: Readonly<Record<string, number>>;
  readonly revision: number;
  /** Instants at which the audience is still to be read, ascending. */
  readonly waves: readonly string[];
  readonly startedWaves: readonly string[];
  readonly walk: Walk | undefined;
  /** Completion checks that found it open: the next is later. */
  readonly checks: number;
  /** Ledger shards found without open rows, from the first on. */
  readonly closedShards: number;
  readonly dueAt: string | undefined;
  /** When the winner of its experiment is chosen, once the first wave has started; absent: there is no test. */
  readonly decisionAt?: string | undefined;
  /** What has been counted towards the winner: the ledger's shards before `shard`, by variant. */
  readonly count?: RunCount | undefined;
  readonly winner?: Winner | undefined;
  /** Of an event campaign resumed after a backup was restored: the runs before it, whose rows still count for "once". */
  readonly follows?: readonly string[] | undefined;
};

export type RunCount = {
  readonly shard: number;
  readonly arms: Readonly<Record<string, ArmTally>>;
};

/** The only step of a campaign; journeys have more. */
export const mainStep = 'main';

/** The shards of a segment's members and of a run's ledger. */
export const runShards = 16;

/** An instant as run ids write it: without milliseconds when there are none. */
export const planText = (instant: number): string => isoInstant(instant).replace('.000Z', 'Z');

export const runId = (campaign: string, plannedAt: string): string => `${campaign}@${plannedAt}`;

/** Undefined when the text is no run's id. */
export function parseRunId(id: string): { campaign: string; plannedAt: string } | undefined {
  const at = id.indexOf('@');
  return at < 1 || at === id.length - 1
    ? undefined
    : { campaign: id.slice(0, at), plannedAt: id.slice(at + 1) };
}

const hasLocalTimes = (schedule: Schedule): boolean =>
  !isEventSchedule(schedule) && schedule.timeZone === recipientZone;

/** The zone a schedule fires in. */
export function firingZone(schedule: Schedule, companyTimeZone: string): string {
  if (isEventSchedule(schedule)) return companyTimeZone;
  if (schedule.timeZone === recipientZone) return firstZone;
  return schedule.timeZone ?? companyTimeZone;
}

/** The instant at which a one-off schedule fires. */
export function firingInstant(at: string, timeZone: string): number {
  const written = readDate(at);
  if (written === undefined) throw new Error(`"${at}" passed its schema and is no date`);
  return dateInstant(written, timeZone);
}

/** The last instant at which a one-off schedule's time occurs anywhere it is meant for. */
export function lastInstant(at: string, schedule: Schedule, companyTimeZone: string): number {
  const first = firingInstant(at, firingZone(schedule, companyTimeZone));
  if (!hasLocalTimes(schedule)) return first;
  return fromLocal(toLocal(first, firstZone), lastZone);
}

/** The planned instant of the run that a firing at `instant` means: its name. */
export const plannedAtOf = (schedule: Schedule, instant: number): string =>
  planText(hasLocalTimes(schedule) ? toLocal(instant, firstZone) : instant);

/** The instants at which a run that begins now reads its audience: those ahead, and one for all that is past. */
export function wavesFrom(schedule: Schedule, plannedAt: string, now: number): readonly string[] {
  if (!hasLocalTimes(schedule)) return [plannedAt];
  const all = wavesOf(Date.parse(plannedAt));
  const latest = all.findLastIndex((wave) => wave <= now);
  return all.slice(Math.max(0, latest)).map(planText);
}

/** Whether a firing belongs to the launched schedule: one of an older launch may still be on its way. */
export function isOwnFiring(
  schedule: Schedule,
  instant: number,
  launch: { readonly launchedAt: string; readonly companyTimeZone: string },
): boolean {
  if (isEventSchedule(schedule)) return false;
  if (!isOnceSchedule(schedule)) return instant >= Date.parse(launch.launchedAt);
  return instant === firingInstant(schedule.at, firingZone(schedule, launch.companyTimeZone));
}

/** When this person's message is planned, and by which wave it is written. */
export function personPlan(
  run: Pick<Run, 'plannedAt' | 'definition' | 'waves' | 'startedWaves'>,
  timeZone: string,
): { readonly plannedAt: number; readonly wave: string } {
  const planned = Date.parse(run.plannedAt);
  if (!hasLocalTimes(run.definition.schedule)) {
    return { plannedAt: planned, wave: planText(planned) };
  }
  const own = fromLocal(planned, timeZone);
  const waves = [...run.startedWaves, ...run.waves].map((wave) => Date.parse(wave));
  return { plannedAt: own, wave: planText(waveOf(own, waves) ?? own) };
}

/** The wave after which the audience is read no more. */
export const lastWaveOf = ({
  waves,
  startedWaves,
}: Pick<Run, 'waves' | 'startedWaves'>): string | undefined =>
  waves.at(-1) ?? startedWaves.toSorted().at(-1);

/** Whether the waves of a run may all have passed somebody by: their zone has changed (ISO) since the first. */
export const mayBeMissed = (
  { waves, startedWaves }: Pick<Run, 'waves' | 'startedWaves'>,
  movedAt: string | undefined,
): boolean =>
  movedAt !== undefined &&
  [...startedWaves, ...waves].some((wave) => Date.parse(wave) <= Date.parse(movedAt));

/** A person's local time that was gone before the campaign was launched is not made up for. */
export const isTooLate = (
  run: Pick<Run, 'definition' | 'launchedAt'>,
  plannedAt: number,
): boolean => hasLocalTimes(run.definition.schedule) && plannedAt < Date.parse(run.launchedAt);

/** When the winner of a run's experiment is to be chosen, ms: so long after its first messages. Undefined: there is no test. */
export function decisionAtOf(
  run: Pick<Run, 'definition' | 'waves' | 'startedWaves' | 'plannedAt' | 'decisionAt'>,
  companyTimeZone: string,
): number | undefined {
  const test = run.definition.experiment?.test;
  if (test === undefined) return undefined;
  if (run.decisionAt !== undefined) return Date.parse(run.decisionAt);
  const first = Date.parse(run.startedWaves[0] ?? run.waves[0] ?? run.plannedAt);
  return addDuration(first, parseDuration(test.wait), companyTimeZone);
}

/** Whether the winner of its experiment is still to be chosen. */
export const isUndecided = (run: Pick<Run, 'definition' | 'winner'>): boolean =>
  run.definition.experiment?.test !== undefined && run.winner === undefined;

const longestCheckMinutes = 60;

/** Minutes until a run that is still open is looked at again: 1, 2, 4 ... 60. */
export const checkAfterMinutes = (checks: number): number =>
  Math.min(longestCheckMinutes, 2 ** Math.min(checks, 10));
