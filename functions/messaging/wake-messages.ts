import type { Context } from 'aws-lambda';
import { type MessageChange, safetyNetMs } from '../../shared/domain/messaging/ledger.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { freeCutOff, handOut, isCutOff } from '../../shared/flows/messaging/claims.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { releaseLease, takeLease } from '../../shared/stores/leases.ts';
import { wasRecordedSent } from '../../shared/stores/message-entries.ts';
import { moveMessage, readMessages } from '../../shared/stores/messages.ts';
import { getRun } from '../../shared/stores/runs.ts';

/** Longer than an invocation can run. */
const leaseSeconds = 90;
const reserveMs = 10_000;
const pageSize = 200;

/**
 * Works through one slot of open messages whose time has come: deferred ones are reserved, reserved
 * ones that no sender took are handed out again, claims that were cut off are settled, calls that
 * stayed without an answer are closed. One worker at a time has a slot.
 */
export const handler = queueFunction(slotMessageSchema, async (messages, ports, context) => {
  for (const slot of new Set(messages.map(({ body }) => body.slot))) {
    const term = { now: ports.clock.now(), seconds: leaseSeconds };
    const lease = await takeLease(ports.table, slot, term);
    if (lease === undefined) continue; // somebody is at it
    try {
      await wakeSlot(slot, ports, context);
    } finally {
      await releaseLease(ports.table, lease);
    }
  }
  return [];
});

async function wakeSlot(slot: string, ports: Ports, context: Context): Promise<void> {
  const until = isoInstant(ports.clock.now());
  const runs = new Map<string, RunState>();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Ports['table']['due']>> = await ports.table.due('marketing', {
      slot,
      until,
      limit: pageSize,
      after,
    });
    const rows = await readMessages(ports.table, page.items);
    const free = await wakeRows(rows, { runs, ports });
    // Among what waits, the campaign of the higher priority goes first.
    free.sort((left, right) => right.priority - left.priority);
    await handOut(free, { queue: ports.queue });
    after = page.after;
    if (after !== null && context.getRemainingTimeInMillis() < reserveMs) {
      await ports.queue.send('messages', [{ body: { slot }, delaySeconds: 1 }]);
      return;
    }
  } while (after !== null);
}

type RunState = 'going' | 'paused' | 'over';

async function runStateOf(
  run: string,
  { runs, ports }: { readonly runs: Map<string, RunState>; readonly ports: Ports },
): Promise<RunState> {
  const known = runs.get(run);
  if (known !== undefined) return known;
  const stored = await getRun(ports.table, run);
  const isOver = stored === undefined || stored.state === 'cancelled';
  const state = isOver ? 'over' : stored.state === 'paused' ? 'paused' : 'going';
  runs.set(run, state);
  return state;
}

type Waking = { readonly runs: Map<string, RunState>; readonly ports: Ports };

/** Brings rows on; those that are to be handed out again are answered. */
async function wakeRows(rows: readonly Message[], waking: Waking): Promise<Message[]> {
  const { ports } = waking;
  const now = ports.clock.now();
  // The index lags: only the row itself says whether its time has come.
  const due = rows.filter((row) => row.dueAt !== undefined && Date.parse(row.dueAt) <= now);
  const freed = await freeCutOff(
    due.filter((row) => isCutOff(row, now)),
    ports,
  );
  const woken = await Promise.all(due.map((row) => wakeRow(row, waking)));
  const running: Message[] = [];
  for (const row of freed) {
    if ((await runStateOf(row.run, waking)) === 'going') running.push(row);
  }
  return [...running, ...woken.flatMap((row) => row ?? [])];
}

async function wakeRow(row: Message, waking: Waking): Promise<Message | undefined> {
  const { table, clock } = waking.ports;
  const now = clock.now();
  const at = isoInstant(now);
  if (row.state === 'unknown') {
    await closeUnknown(row, waking.ports);
    return undefined;
  }
  // A claim is in work, or has been settled before.
  if (row.state !== 'reserved' && row.state !== 'deferred') return undefined;
  const state = await runStateOf(row.run, waking);
  if (state === 'over') {
    await moveMessage(table, row, { state: 'withheld', reason: 'cancelled', at });
    return undefined;
  }
  // The resume of a paused campaign walks its rows and hands them out: until then nobody looks.
  const dueAt = state === 'paused' ? undefined : isoInstant(now + nextLookMs(row, now));
  const moved = await moveMessage(table, row, { ...reservedFrom(row, at), dueAt });
  return state === 'paused' ? undefined : moved;
}

/** Nothing more will be heard: what the sender itself wrote before it was cut off is the last word. */
async function closeUnknown(row: Message, { table, clock }: Ports): Promise<void> {
  const at = isoInstant(clock.now());
  const { claimedAt: acceptedAt } = row;
  const change: MessageChange = (await wasRecordedSent(row, table))
    ? { state: 'accepted', at, acceptedAt }
    : { state: 'failed', reason: 'no-answer', at };
  await moveMessage(table, row, change);
}

const reservedFrom = (row: Message, at: string) =>
  row.state === 'deferred' ? ({ state: 'reserved', at } as const) : {};

/** The longer a message has waited for its sender, the longer until it is handed out once more: queues only lag. */
const nextLookMs = (row: Message, now: number): number =>
  row.state === 'deferred' ? safetyNetMs : Math.max(safetyNetMs, now - Date.parse(row.at));
