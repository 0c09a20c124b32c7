import {
  awaitsWinner,
  contentOfWinner,
  winnerWaitMs,
} from '../../domain/campaigns/message/message-content.ts';
import { type Run, runShards, type Walk } from '../../domain/campaigns/run.ts';
import { isEventSchedule } from '../../domain/campaigns/schedule.ts';
import { isOpen, type MessageChange, safetyNetMs } from '../../domain/messaging/ledger.ts';
import type { Message } from '../../domain/messaging/message.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { moveMessage, queryMessages } from '../../stores/messages.ts';
import { openParts, saveRun } from '../../stores/runs.ts';
import { handOut } from '../messaging/sending/hand-out.ts';
import { toSend } from './reserve-messages.ts';
import { type RunReach, sendParts } from './run-reach.ts';

const pageSize = 200;
const movesAtOnce = 25;
const reserveMs = 30_000;
const maxParts = 1000;

/** Longer than any worker that may have read the run before its state changed can still write, in ms. */
const secondRoundMs = 5 * 60_000;

/** Goes over the run's open rows after a resume or a cancel, page by page, and once more a little later. */
export async function walkRun(found: Run, begun: Walk, reach: RunReach): Promise<void> {
  const { table, clock } = reach;
  let run = found;
  let walk = begun;
  if (walk.action === 'resume' && walk.shard === 0 && walk.after === null) {
    await sendParts(
      run,
      await openParts(table, run, { shards: runShards, limit: maxParts }),
      reach,
    );
  }
  while (walk.shard < runShards && reach.timeLeftMs() > reserveMs) {
    const { shard, after } = walk;
    const page = await queryMessages(table, run.id, { shard, after, limit: pageSize });
    await treat(page.rows, { run, action: walk.action }, reach);
    walk = { ...walk, shard: page.after === null ? shard + 1 : shard, after: page.after };
    if (page.after === null && walk.shard < runShards) continue;
    const saved = await saveRun(table, run, { walk });
    if (saved === undefined) return; // the state changed again: that walk takes over
    run = saved;
  }
  const now = clock.now();
  if (walk.shard < runShards) {
    await saveRun(table, run, { walk, dueAt: isoInstant(now) });
    return reach.queue.send('runs', [{ body: { run: run.id } }]);
  }
  if (walk.round === 1) {
    const second: Walk = { action: walk.action, round: 2, shard: 0, after: null };
    await saveRun(table, run, { walk: second, dueAt: isoInstant(now + secondRoundMs) });
    return;
  }
  const isOver = run.state === 'cancelled' || isEventSchedule(run.definition.schedule);
  await saveRun(table, run, { walk: undefined, dueAt: isOver ? undefined : isoInstant(now) });
}

async function treat(
  rows: readonly Message[],
  { run, action }: { readonly run: Run; readonly action: Walk['action'] },
  reach: RunReach,
): Promise<void> {
  const now = reach.clock.now();
  const moved: Message[] = [];
  await inParallel(
    rows.filter(({ state }) => isOpen(state)),
    movesAtOnce,
    async (row) => {
      const change = action === 'cancel' ? cancelChange(row, now) : resumeChange(row, run, now);
      if (change === undefined) return;
      const after = await moveMessage(reach.table, row, change);
      if (after !== undefined) moved.push(after);
    },
  );
  await handOut(toSend(moved), reach);
}

/** What is claimed is in the hands of its sender, who reads the run's state before the call. */
const cancelChange = (row: Message, now: number): MessageChange | undefined =>
  row.state === 'reserved' || row.state === 'deferred'
    ? { state: 'withheld', reason: 'cancelled', at: isoInstant(now) }
    : undefined;

/** What the pause held goes on; what waits for its own hour goes on waiting. */
function resumeChange(row: Message, run: Run, now: number): MessageChange | undefined {
  const dueAt = isoInstant(now + safetyNetMs);
  if (row.state === 'deferred' && (row.reason === 'paused' || row.dueAt === undefined)) {
    const goes = { state: 'reserved', at: isoInstant(now), dueAt } as const;
    if (!awaitsWinner(run, row)) return goes;
    const content = contentOfWinner(run, row);
    if (content !== undefined) return { ...goes, ...content };
    const next = Math.max(Date.parse(row.plannedAt), now) + winnerWaitMs;
    return { reason: 'experiment', dueAt: isoInstant(next) };
  }
  return row.state === 'reserved' ? { dueAt } : undefined;
}
