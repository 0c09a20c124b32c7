import {
  type ArmTally,
  countInArm,
  emptyArm,
  mergeArm,
  wasSent,
} from '../../../domain/campaigns/experiments/arm-tally.ts';
import { chooseWinner } from '../../../domain/campaigns/experiments/winner.ts';
import { isUndecided, type Run, type RunCount, runShards } from '../../../domain/campaigns/run.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import { queryMessages } from '../../../stores/messages.ts';
import { saveRun } from '../../../stores/runs.ts';
import type { RunReach } from '../run-reach.ts';

const shardsAtOnce = 4;
const pageSize = 500;

/** What must be left of an invocation for further shards to be counted, in ms. */
const reserveMs = 60_000;

/**
 * Chooses the winner of a run's experiment when its instant has come: once, recounted from the rows of
 * those it was tried on. What one invocation cannot count, the next one goes on with. Answers the run
 * as it stands then; undefined: somebody else, or another invocation, is at it.
 */
export async function decideWinner(found: Run, reach: RunReach): Promise<Run | undefined> {
  const { experiment } = found.definition;
  const { decisionAt } = found;
  if (experiment === undefined || !isUndecided(found)) return found;
  if (found.state !== 'running' || decisionAt === undefined) return found;
  const now = reach.clock.now();
  if (Date.parse(decisionAt) > now) return found;
  let count: RunCount = found.count ?? { shard: 0, arms: {} };
  while (count.shard < runShards) {
    count = await countShards(found, count, reach);
    if (count.shard >= runShards || reach.timeLeftMs() >= reserveMs) continue;
    const saved = await saveRun(reach.table, found, { count, dueAt: isoInstant(now) });
    if (saved !== undefined) await reach.queue.send('runs', [{ body: { run: found.id } }]);
    return undefined;
  }
  const winner = chooseWinner(experiment, new Map(Object.entries(count.arms)), now);
  // The rest wakes by itself within a minute; then the run may soon be complete.
  return saveRun(reach.table, found, { winner, count: undefined, checks: 0 });
}

async function countShards(run: Run, count: RunCount, reach: RunReach): Promise<RunCount> {
  const end = Math.min(runShards, count.shard + shardsAtOnce);
  const shards = Array.from({ length: end - count.shard }, (_, index) => count.shard + index);
  const parts = await Promise.all(shards.map((shard) => countShard(run, shard, reach)));
  const arms: Record<string, ArmTally> = {};
  for (const part of [count.arms, ...parts]) {
    for (const [variant, tally] of Object.entries(part)) {
      mergeArm((arms[variant] ??= emptyArm()), tally);
    }
  }
  return { shard: end, arms };
}

/** Who has no variant waits for the winner; what did not go out shows nothing. */
async function countShard(run: Run, shard: number, { table }: RunReach): Promise<RunCount['arms']> {
  const arms: Record<string, ArmTally> = {};
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queryMessages>> = await queryMessages(table, run.id, {
      shard,
      after,
      limit: pageSize,
    });
    for (const row of page.rows) {
      if (row.variant === undefined || !wasSent(row)) continue;
      countInArm((arms[row.variant] ??= emptyArm()), row);
    }
    after = page.after;
  } while (after !== null);
  return arms;
}
