import {
  checkAfterMinutes,
  decisionAtOf,
  isUndecided,
  type Run,
  runShards,
} from '../../domain/campaigns/run.ts';
import { isEventSchedule, isOnceSchedule } from '../../domain/campaigns/schedule.ts';
import { inState } from '../../domain/campaigns/transition.ts';
import { isOpen } from '../../domain/messaging/ledger.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import { getCampaign, saveCampaign } from '../../stores/campaigns.ts';
import { queryMessages } from '../../stores/messages.ts';
import { openParts, type Part, saveRun } from '../../stores/runs.ts';
import { decideWinner } from './experiments/decide-winner.ts';
import { type RunReach, sendParts } from './run-reach.ts';
import { settleCampaign } from './settle-campaign.ts';
import { walkRun } from './walk-run.ts';

/** How long one worker has for a run before the minute tick hands it out again, in ms. */
const leaseMs = 5 * 60_000;

/**
 * Does what is next about a run: the winner of its experiment, a walk over its open rows, the waves
 * that are due, or the check whether it is complete. Every step may be cut off and repeated: the run stays due until it is done.
 */
export async function advanceRun(found: Run, reach: RunReach): Promise<void> {
  const { table, clock } = reach;
  if (found.state === 'completed' || found.state === 'paused') return;
  const dueAt = isoInstant(clock.now() + leaseMs);
  const leased = await saveRun(table, found, { dueAt });
  const run = leased === undefined ? undefined : await decideWinner(leased, reach);
  if (run === undefined) return; // somebody else is at it
  if (run.walk !== undefined) return walkRun(run, run.walk, reach);
  if (run.state === 'cancelled' || isEventSchedule(run.definition.schedule)) {
    await saveRun(table, run, { dueAt: undefined });
    return;
  }
  const now = isoInstant(clock.now());
  const due = run.waves.filter((wave) => Date.parse(wave) <= clock.now());
  if (due.length > 0) return startWaves(run, due, reach);
  const [next] = run.waves;
  if (next !== undefined && next > now) {
    await saveRun(table, run, { dueAt: nextLook(run, Date.parse(next)) });
    return;
  }
  return checkRun(run, reach);
}

/** Not later than the instant at which the winner is to be chosen. */
const nextLook = (run: Run, instant: number): string =>
  isoInstant(
    isUndecided(run) && run.decisionAt !== undefined
      ? Math.min(instant, Date.parse(run.decisionAt))
      : instant,
  );

/** Pins when the winner is chosen, before anybody is written who waits for it: a run may begin late. */
async function beginTest(run: Run, { table, clock, settings }: RunReach): Promise<Run | undefined> {
  if (!isUndecided(run) || run.decisionAt !== undefined) return run;
  const first = Math.max(clock.now(), Date.parse(run.waves[0] ?? run.plannedAt));
  const begun = { ...run, waves: [isoInstant(first)], startedWaves: [] };
  const decisionAt = decisionAtOf(begun, settings.timeZone);
  return decisionAt === undefined
    ? run
    : saveRun(table, run, { decisionAt: isoInstant(decisionAt) });
}

async function startWaves(found: Run, due: readonly string[], reach: RunReach): Promise<void> {
  const run = await beginTest(found, reach);
  if (run === undefined) return; // its state changed: whoever changed it goes on
  const segments = run.definition.audience?.include ?? [];
  const parts = due.flatMap((wave) =>
    segments.flatMap((segment) =>
      Array.from({ length: runShards }, (_, shard): Part => ({ wave, segment, shard })),
    ),
  );
  await sendParts(run, parts, reach);
  const waves = run.waves.filter((wave) => !due.includes(wave));
  const [next] = waves;
  const check = reach.clock.now() + checkAfterMinutes(0) * 60_000;
  await saveRun(reach.table, run, {
    waves,
    startedWaves: [...run.startedWaves, ...due],
    dueAt: nextLook(run, next === undefined ? check : Date.parse(next)),
  });
}

/** Parts handed out again at once, at most. */
const maxParts = 1000;

/** What must be left of an invocation for a further shard to be gone through, in ms. */
const reserveMs = 60_000;

/**
 * Completes the run when its audience is read and no row is open, else looks again later: at once when
 * only the time of this invocation was too short for all its rows.
 */
async function checkRun(run: Run, reach: RunReach): Promise<void> {
  const { table, clock } = reach;
  const parts = await openParts(table, run, { shards: runShards, limit: maxParts });
  await sendParts(run, parts, reach);
  const { shard: closedShards, isCutOff } =
    parts.length > 0 ? { shard: 0, isCutOff: false } : await countClosedShards(run, reach);
  if (isCutOff) {
    await saveRun(table, run, { closedShards, dueAt: isoInstant(clock.now()) });
    return;
  }
  if (closedShards < runShards || isUndecided(run)) {
    const dueAt = nextLook(run, clock.now() + checkAfterMinutes(run.checks) * 60_000);
    await saveRun(table, run, { checks: run.checks + 1, closedShards, dueAt });
    return;
  }
  // The campaign goes first: a run that is not yet completed brings this check again.
  if (!(await completeCampaign(run, reach))) {
    // It has just been paused: the run is held with it, and completes after the resume.
    await saveRun(table, run, { closedShards, dueAt: isoInstant(clock.now() + heldMs) });
    return;
  }
  await saveRun(table, run, { state: 'completed', closedShards, dueAt: undefined });
}

/**
 * The first shard that is not closed. Rows only move forward and none are added any more, so a shard
 * found closed stays closed, and what one invocation has no time for, the next one goes on with.
 */
async function countClosedShards(
  run: Run,
  { table, timeLeftMs }: RunReach,
): Promise<{ readonly shard: number; readonly isCutOff: boolean }> {
  for (let shard = run.closedShards; shard < runShards; shard += 1) {
    if (shard > run.closedShards && timeLeftMs() < reserveMs) return { shard, isCutOff: true };
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof queryMessages>> = await queryMessages(table, run.id, {
        shard,
        after,
        limit: 500,
      });
      if (page.rows.some(({ state }) => isOpen(state))) return { shard, isCutOff: false };
      after = page.after;
    } while (after !== null);
  }
  return { shard: runShards, isCutOff: false };
}

/** When a run that was complete while its campaign was paused is looked at again, in ms. */
const heldMs = 60_000;

/** False while the campaign is paused, or is being changed: its run must not end before it. */
async function completeCampaign(run: Run, reach: RunReach): Promise<boolean> {
  if (!isOnceSchedule(run.definition.schedule)) return true;
  const campaign = await getCampaign(reach.table, run.campaign);
  if (campaign?.state !== 'running') return campaign?.state !== 'paused';
  const at = { now: reach.clock.now(), companyTimeZone: reach.settings.timeZone };
  const completed = inState(campaign, 'completed', at);
  if (!(await saveCampaign(reach.table, completed))) return false;
  await settleCampaign(completed, reach);
  return true;
}
