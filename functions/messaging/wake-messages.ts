import type { Context } from 'aws-lambda';
import { awaitsWinner } from '../../shared/domain/campaigns/message/message-content.ts';
import type { Run } from '../../shared/domain/campaigns/run.ts';
import { safetyNetMs } from '../../shared/domain/messaging/ledger.ts';
import type { Message } from '../../shared/domain/messaging/message.ts';
import { capsOn } from '../../shared/domain/messaging/policy/frequency-cap.ts';
import type { SendingPolicy } from '../../shared/domain/messaging/policy/sending-policy.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { mayGoOut } from '../../shared/flows/campaigns/epochs/own-epoch.ts';
import { wakeForWinner } from '../../shared/flows/campaigns/experiments/wake-for-winner.ts';
import {
  freeCutOff,
  isCutOff,
  settleUnknown,
} from '../../shared/flows/messaging/sending/claims.ts';
import { wakeDeferred } from '../../shared/flows/messaging/sending/decide-again.ts';
import { handOut } from '../../shared/flows/messaging/sending/hand-out.ts';
import { workerSeconds } from '../../shared/flows/time/due-worker.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { releaseLease, takeLease } from '../../shared/stores/leases.ts';
import { moveMessage, readMessages } from '../../shared/stores/messages.ts';
import { getProfiles } from '../../shared/stores/profiles.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { getPolicy } from '../../shared/stores/sending-policy.ts';

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
  const once = new Map(messages.map((message) => [message.body.slot, message]));
  return eachMessage([...once.values()], async ({ slot }) => {
    const term = { now: ports.clock.now(), seconds: leaseSeconds };
    const lease = await takeLease(ports.table, slot, term);
    if (lease === undefined) return; // somebody is at it
    let isDone = false;
    try {
      isDone = await wakeSlot(slot, ports, context);
    } finally {
      // The rest, or what failed, comes again by the queue: the tick sends for nobody meanwhile.
      const waitingUntil = ports.clock.now() + workerSeconds * 1000;
      await releaseLease(ports.table, lease, isDone ? {} : { waitingUntil });
    }
  });
});

/** Whether nothing of the slot is left. */
async function wakeSlot(slot: string, ports: Ports, context: Context): Promise<boolean> {
  if (!(await mayGoOut(ports))) return true;
  const until = isoInstant(ports.clock.now());
  const runs: Waking['runs'] = new Map();
  const policy = await getPolicy(ports.table);
  const failures: unknown[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Ports['table']['due']>> = await ports.table.due('marketing', {
      slot,
      until,
      limit: pageSize,
      after,
    });
    const rows = await readMessages(ports.table, page.items);
    const free = await wakeRows(rows, { runs, ports, policy, failures });
    // Among what waits, the campaign of the higher priority goes first.
    free.sort((left, right) => right.priority - left.priority);
    await handOut(free, { queue: ports.queue });
    after = page.after;
    if (after !== null && context.getRemainingTimeInMillis() < reserveMs) {
      await ports.queue.send('messages', [{ body: { slot }, delaySeconds: 1 }]);
      break;
    }
  } while (after !== null);
  if (failures.length > 0) throw failures[0];
  return after === null;
}

type RunState = 'going' | 'paused' | 'over';

async function runOf(
  id: string,
  { runs, ports }: Pick<Waking, 'runs' | 'ports'>,
): Promise<Run | undefined> {
  const known = runs.get(id);
  if (known !== undefined) return known.run;
  const run = await getRun(ports.table, id);
  runs.set(id, { run });
  return run;
}

async function runStateOf(id: string, waking: Pick<Waking, 'runs' | 'ports'>): Promise<RunState> {
  const run = await runOf(id, waking);
  if (run === undefined || run.state === 'cancelled') return 'over';
  return run.state === 'paused' ? 'paused' : 'going';
}

type Waking = {
  readonly runs: Map<string, { readonly run: Run | undefined }>;
  readonly ports: Ports;
  readonly policy: SendingPolicy;
  /** Of single rows: the others of the slot are woken all the same. */
  readonly failures: unknown[];
};

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
  const profiles = await profilesOf(due, waking);
  const woken: Message[] = [];
  const wakeAll = async (ofPerson: readonly Message[]): Promise<void> => {
    for (const row of ofPerson) {
      try {
        const moved = await wakeRow(row, { ...waking, profiles });
        if (moved?.state === 'reserved') woken.push(moved);
      } catch (error) {
        waking.failures.push(error);
      }
    }
  };
  // One after the other by priority: what is left under a person's caps is for the highest.
  const first = due.toSorted((left, right) => right.priority - left.priority);
  const people = Map.groupBy(first, ({ profileId }) => profileId);
  await Promise.all([...people.values()].map(wakeAll));
  const running: Message[] = [];
  for (const row of freed) {
    if ((await runStateOf(row.run, waking)) === 'going') running.push(row);
  }
  return [...running, ...woken];
}

/** The people of those rows that caps may count once they are brought on. */
const profilesOf = (
  rows: readonly Message[],
  { policy, ports }: Waking,
): Promise<ReadonlyMap<string, Profile>> => {
  const counted = rows.filter(
    (row) => row.state === 'deferred' && capsOn(policy.caps, row).length > 0,
  );
  return getProfiles(ports.table, [...new Set(counted.map(({ profileId }) => profileId))]);
};

async function wakeRow(
  row: Message,
  waking: Waking & { readonly profiles: ReadonlyMap<string, Profile> },
): Promise<Message | undefined> {
  const { table, clock } = waking.ports;
  const now = clock.now();
  const at = isoInstant(now);
  if (row.state === 'unknown') {
    return settleUnknown(row, await runOf(row.run, waking), waking.ports);
  }
  // A claim is in work, or has been settled before.
  if (row.state !== 'reserved' && row.state !== 'deferred') return undefined;
  const state = await runStateOf(row.run, waking);
  if (state === 'over') {
    await moveMessage(table, row, { state: 'withheld', reason: 'cancelled', at });
    return undefined;
  }
  const run = await runOf(row.run, waking);
  if (row.state === 'deferred' && run !== undefined && awaitsWinner(run, row)) {
    return wakeForWinner(row, run, waking.ports);
  }
  const { caps } = waking.policy;
  const isCapped = capsOn(caps, row).length > 0;
  if (row.state === 'deferred' && state === 'going' && run !== undefined && isCapped) {
    const profile = waking.profiles.get(row.profileId);
    return wakeDeferred({ row, run, profile, suppressed: new Set(), caps }, waking.ports);
  }
  if (state === 'paused' && row.countedOn !== undefined) {
    // It gives its room back to others as long as it is held.
    await moveMessage(table, row, { state: 'deferred', reason: 'paused', at, dueAt: undefined });
    return undefined;
  }
  // The resume of a paused campaign walks its rows and hands them out: until then nobody looks.
  const dueAt = state === 'paused' ? undefined : isoInstant(now + nextLookMs(row, now));
  const moved = await moveMessage(table, row, { ...reservedFrom(row, at), dueAt });
  return state === 'paused' ? undefined : moved;
}

const reservedFrom = (row: Message, at: string) =>
  row.state === 'deferred' ? ({ state: 'reserved', at } as const) : {};

/** The longer a message has waited for its sender, the longer until it is handed out once more: queues only lag. */
const nextLookMs = (row: Message, now: number): number =>
  row.state === 'deferred' ? safetyNetMs : Math.max(safetyNetMs, now - Date.parse(row.at));
