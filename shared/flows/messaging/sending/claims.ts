import type { Run } from '../../../domain/campaigns/run.ts';
import {
  answerWaitMs,
  claimLeaseMs,
  isRefusedTooLong,
  isRepeatable,
  type MessageChange,
  maxResends,
  retryDelaySeconds,
  safetyNetMs,
} from '../../../domain/messaging/ledger.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { insist } from '../../../runtime/insist.ts';
import { voidCall } from '../../../stores/calls.ts';
import { wasRecordedSent } from '../../../stores/message-entries.ts';
import { advanceMessage, getMessages, moveMessage } from '../../../stores/messages.ts';
import { handOut } from './hand-out.ts';

/** Everything that a row of its own needs again once no call has it any more. */
const unclaimed = { call: undefined, claimedAt: undefined } as const;

/** The messages that may be sent now: reserved, or cut off in a claim whose call never went out. */
export async function freeMessages(ids: readonly string[], ports: Ports): Promise<Message[]> {
  const rows = await getMessages(ports.table, ids);
  const cutOff = rows.filter((row) => isCutOff(row, ports.clock.now()));
  const freed = await freeCutOff(cutOff, ports);
  return [...rows.filter((row) => row.state === 'reserved'), ...freed];
}

/** Whether a claim is older than any sender can be. */
export const isCutOff = (row: Message, now: number): boolean =>
  row.state === 'claimed' && claimedAt(row) + claimLeaseMs <= now;

const claimedAt = (row: Message): number => Date.parse(row.claimedAt ?? row.at);

/**
 * Settles claims that were cut off. Their calls are voided first, so that a sender that is only slow
 * cannot call any more: then the rows are free. Where the call may have gone out, nobody knows: the
 * rows wait as `unknown` for the provider's events, and are never sent again.
 */
export async function freeCutOff(rows: readonly Message[], ports: Ports): Promise<Message[]> {
  const { table, clock } = ports;
  const freed: Message[] = [];
  const outcomes = new Map<string, 'free' | 'called'>();
  for (const row of rows) {
    const call = row.call ?? '';
    const now = clock.now();
    const about = { id: call, claimedAt: claimedAt(row) };
    const outcome = outcomes.get(call) ?? (await voidCall(table, about, now));
    outcomes.set(call, outcome);
    if (outcome === 'called' && !isRepeatable(row)) {
      await markUnknown(row, ports);
    } else {
      const free = await release(row, now + safetyNetMs, ports);
      if (free !== undefined) freed.push(free);
    }
  }
  return freed;
}

/** A call went out and nobody knows what came of it: the provider's events or time will tell. */
export const markUnknown = (row: Message, ports: Ports): Promise<Message> => {
  const now = ports.clock.now();
  const change = { at: isoInstant(now), dueAt: isoInstant(now + answerWaitMs) };
  return advanceMessage(ports.table, row, { state: 'unknown', ...change });
};

/**
 * Nothing more will be heard of a call. What the sender itself wrote before it was cut off is the last
 * word; else the campaign says whether the message is sent again, which is answered, or given up.
 */
export async function settleUnknown(
  row: Message,
  run: Pick<Run, 'state' | 'definition'> | undefined,
  { table, clock }: Pick<Ports, 'table' | 'clock'>,
): Promise<Message | undefined> {
  const now = clock.now();
  const at = isoInstant(now);
  if (await wasRecordedSent(row, table)) {
    await moveMessage(table, row, { state: 'accepted', at, acceptedAt: row.claimedAt });
    return undefined;
  }
  if (run === undefined || !mayResend(row, run, now)) {
    await moveMessage(table, row, { state: 'failed', reason: 'no-answer', at });
    return undefined;
  }
  // The resume of a paused run walks its rows and hands them out.
  const isHeld = run.state === 'paused';
  const dueAt = isHeld ? undefined : isoInstant(now + safetyNetMs);
  const resent = (row.resent ?? 0) + 1;
  const moved = await moveMessage(table, row, {
    state: 'reserved',
    at,
    dueAt,
    resent,
    ...unclaimed,
  });
  return isHeld ? undefined : moved;
}

/** Past its deadline it would be withheld as if it had never been sent. */
const mayResend = (
  row: Message,
  { state, definition }: Pick<Run, 'state' | 'definition'>,
  now: number,
): boolean =>
  (state === 'running' || state === 'paused') &&
  definition.resend === 'afterUnknown' &&
  (row.resent ?? 0) < maxResends &&
  (row.deadline === undefined || now <= Date.parse(row.deadline));

const release = (
  row: Message,
  dueAt: number,
  ports: Ports,
  change: Pick<MessageChange, 'refusedAt'> = {},
): Promise<Message | undefined> =>
  moveMessage(ports.table, row, {
    ...change,
    state: 'reserved',
    at: isoInstant(ports.clock.now()),
    dueAt: isoInstant(dueAt),
    ...unclaimed,
  });

/** Frees claimed rows that did not fit into their call, and hands them out again after a while. */
export const releaseForLater = (rows: readonly Message[], ports: Ports): Promise<void> =>
  releaseAll(rows, ports, (row, dueAt) => release(row, dueAt, ports));

/**
 * Frees claimed rows that the provider certainly did not take, and hands them out again after a while;
 * those that it has refused for too long are given up.
 */
export const releaseRefused = (
  rows: readonly Message[],
  ports: Ports,
  how: { readonly eachAlone: boolean; readonly atLeastSeconds?: number } = { eachAlone: false },
): Promise<void> => {
  const now = ports.clock.now();
  const givenUp = { state: 'failed', reason: 'refused-by-provider', dueAt: undefined } as const;
  const free = (row: Message, dueAt: number): Promise<Message | undefined> =>
    isRefusedTooLong(row, now)
      ? endClaim(row, givenUp, ports)
      : release(row, dueAt, ports, { refusedAt: row.refusedAt ?? isoInstant(now) });
  return releaseAll(rows, ports, free, how);
};

/** As long as a queue puts a message off. */
const maxDelaySeconds = 900;

async function releaseAll(
  rows: readonly Message[],
  ports: Ports,
  free: (row: Message, dueAt: number) => Promise<Message | undefined>,
  how: { readonly eachAlone: boolean; readonly atLeastSeconds?: number } = { eachAlone: false },
): Promise<void> {
  const now = ports.clock.now();
  const asked = Math.min(maxDelaySeconds, how.atLeastSeconds ?? 0);
  const delaySeconds = Math.max(asked, delayOf(rows, now));
  const dueAt = now + delaySeconds * 1000 + safetyNetMs;
  const freed = await Promise.all(rows.map((row) => insist(ports, () => free(row, dueAt))));
  const reserved = freed.flatMap((row) => (row?.state === 'reserved' ? [row] : []));
  const { eachAlone } = how;
  await handOut(reserved, { queue: ports.queue, delaySeconds, eachAlone });
}

/** Hands reserved rows out again later, untouched. */
export const handOutLater = (rows: readonly Message[], ports: Ports): Promise<void> =>
  handOut(rows, { queue: ports.queue, delaySeconds: delayOf(rows, ports.clock.now()) });

/** The longest wait for room in the provider's rate, in seconds: rows are read anew after it. */
const longestTurnSeconds = 120;

/**
 * Hands reserved rows out again after so many ms, untouched; after longer the longer they have waited
 * already, so that many that wait do not keep asking.
 */
export const handOutIn = (rows: readonly Message[], ms: number, ports: Ports): Promise<void> => {
  const now = ports.clock.now();
  const seconds = Math.ceil(ms / 1000);
  const late = Math.max(0, ...rows.map((row) => now - Date.parse(row.plannedAt))) / 4_000;
  const turn = Math.min(longestTurnSeconds, Math.round(late));
  const delaySeconds = Math.min(maxDelaySeconds, Math.max(1, seconds, turn));
  return handOut(rows, { queue: ports.queue, delaySeconds });
};

const delayOf = (rows: readonly Message[], now: number): number =>
  Math.max(0, ...rows.map((row) => retryDelaySeconds(Date.parse(row.plannedAt), now)));

/**
 * Frees claimed rows as far as possible after something broke before their call; the rest frees the
 * lease, unless the call's record was written all the same.
 */
export const releaseQuietly = async (rows: readonly Message[], ports: Ports): Promise<void> => {
  const dueAt = ports.clock.now() + safetyNetMs;
  await Promise.allSettled(rows.map((row) => insist(ports, () => release(row, dueAt, ports))));
};

/** A row leaves its claim with an outcome that needs no call; nothing when the claim was lost meanwhile. */
export const endClaim = (
  row: Message,
  change: Pick<Message, 'state' | 'reason' | 'dueAt'>,
  ports: Ports,
): Promise<Message | undefined> =>
  moveMessage(ports.table, row, { ...change, ...unclaimed, at: isoInstant(ports.clock.now()) });
