import type { Run } from '../../../domain/campaigns/run.ts';
import { isOpen, isRepeatable, takenChange } from '../../../domain/messaging/ledger.ts';
import { type Message, messageId } from '../../../domain/messaging/message.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { NotSent, type SendAnswer } from '../../../ports/senders.ts';
import { nameOf } from '../../../runtime/error-name.ts';
import { insist } from '../../../runtime/insist.ts';
import { count, countSent, logger } from '../../../runtime/observability.ts';
import { recordCall } from '../../../stores/calls.ts';
import { deliveryPut } from '../../../stores/inbound-texts.ts';
import { recordSent } from '../../../stores/message-entries.ts';
import { moveMessage, updateMessage, writeOnce } from '../../../stores/messages.ts';
import { getRunState } from '../../../stores/runs.ts';
import type { CallCount } from '../pace/pace.ts';
import {
  endClaim,
  markUnknown,
  releaseForLater,
  releaseQuietly,
  releaseRefused,
} from './claims.ts';
import type { Composed, Composer } from './compose-messages.ts';

/** How the messages of a call become what a provider is given. */
export type Caller<Rendered, Content> = {
  /** The content, or undefined when it is too large ever to be sent. */
  readonly contentOf: (composed: Composed<Rendered>) => Content | undefined;
  readonly bytesOf: (content: Content) => number;
  readonly callBytes: number;
  readonly send: (contents: readonly Content[]) => Promise<readonly SendAnswer[]>;
};

type Making<Rendered, Content> = {
  readonly channel: Caller<Rendered, Content>;
  readonly compose: Composer<Rendered>;
  readonly run: Run;
  readonly made: (count: CallCount) => Promise<void>;
  readonly ports: Ports;
};

/** What became of a call: `refused`, the provider takes nothing now; the others: its run was changed before it. */
export type CallOutcome = 'made' | 'refused' | 'paused' | 'cancelled';

type Outgoing<Content> = Pick<Composed<unknown>, 'row' | 'cost' | 'kept'> & {
  readonly content: Content;
};

/**
 * One provider call. The run is read once more right before it: a pause and a cancel hold from then on.
 * Whatever comes of it, `made` is told how many messages the provider has been given.
 */
export async function makeCall<Rendered, Content>(
  rows: readonly Message[],
  { channel, compose, run, made, ports }: Making<Rendered, Content>,
): Promise<CallOutcome> {
  const call = ports.ids.next();
  const nothing = { call, sent: 0, tooFast: false };
  let claimed: readonly Message[] = [];
  let outgoing: readonly Outgoing<Content>[];
  try {
    claimed = await claim(rows, call, ports);
    outgoing = await fitInCall(await compose(claimed), channel, ports);
    if (outgoing.length === 0) {
      await made(nothing);
      return 'made';
    }
    const state = (await getRunState(ports.table, run.id)) ?? 'cancelled';
    if (state === 'paused' || state === 'cancelled') {
      await giveUpCall(outgoing, state, ports);
      await made(nothing);
      return state;
    }
    // Someone took this sender for dead and freed its rows: they are no longer its own.
    if (!(await recordCall(ports.table, call, ports.clock.now()))) {
      await made(nothing);
      return 'made';
    }
  } catch (error) {
    await releaseQuietly(claimed, ports);
    await made(nothing);
    throw error;
  }
  const counted = ({ sent, tooFast }: Omit<CallCount, 'call'>): Promise<void> =>
    made({ call, sent, tooFast });
  return (await answered(outgoing, { channel, counted, ports })) ? 'made' : 'refused';
}

/** The messages of a call that is not made after all: held for the resume, or withheld. */
async function giveUpCall(
  outgoing: readonly { readonly row: Message }[],
  state: 'paused' | 'cancelled',
  ports: Ports,
): Promise<void> {
  const rows = outgoing.map(({ row }) => row);
  if (state === 'paused') return releaseQuietly(rows, ports);
  const withheld = { state: 'withheld', reason: 'cancelled', dueAt: undefined } as const;
  await Promise.all(rows.map((row) => endClaim(row, withheld, ports)));
}

/** The rows that this call alone now holds. */
async function claim(rows: readonly Message[], call: string, ports: Ports): Promise<Message[]> {
  const at = isoInstant(ports.clock.now());
  const change = { state: 'claimed', at, claimedAt: at, call } as const;
  const results = await Promise.allSettled(
    rows.map((row) => moveMessage(ports.table, row, change)),
  );
  const claimed = results.flatMap((result) =>
    result.status === 'fulfilled' ? (result.value ?? []) : [],
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await releaseQuietly(claimed, ports);
    throw failure.reason;
  }
  return claimed;
}

/** As many as the provider takes at once; the others are freed for the next call. */
async function fitInCall<Rendered, Content>(
  composed: readonly Composed<Rendered>[],
  channel: Caller<Rendered, Content>,
  ports: Ports,
): Promise<readonly Outgoing<Content>[]> {
  const fitting: Outgoing<Content>[] = [];
  const others: Message[] = [];
  let bytes = 0;
  for (const one of composed) {
    const content = channel.contentOf(one);
    const size = content === undefined ? Infinity : channel.bytesOf(content);
    if (content === undefined || size > channel.callBytes) {
      const change = { state: 'failed', reason: 'too-large', dueAt: undefined } as const;
      await endClaim(one.row, change, ports);
    } else if (bytes + size > channel.callBytes) {
      others.push(one.row);
    } else {
      bytes += size;
      fitting.push({ row: one.row, cost: one.cost, kept: one.kept, content });
    }
  }
  if (others.length > 0) await releaseForLater(others, ports);
  return fitting;
}

type Answering<Rendered, Content> = {
  readonly channel: Caller<Rendered, Content>;
  readonly counted: (count: Omit<CallCount, 'call'>) => Promise<void>;
  readonly ports: Ports;
};

/** Calls the provider and writes what it said. From here on nothing is free to be sent. */
async function answered<Rendered, Content>(
  outgoing: readonly Outgoing<Content>[],
  { channel, counted, ports }: Answering<Rendered, Content>,
): Promise<boolean> {
  const rows = outgoing.map(({ row }) => row);
  let answers: readonly SendAnswer[];
  try {
    answers = await channel.send(outgoing.map(({ content }) => content));
    if (answers.length !== rows.length) throw new Error('Not every message was answered.');
  } catch (error) {
    if (error instanceof NotSent) {
      tellOfRefusal(rows);
      // First of all: rows that stay claimed would count as called.
      await releaseRefused(rows, ports, { eachAlone: error.isMalformed });
      await counted({ sent: 0, tooFast: error.isTooFast });
      return false;
    }
    if (rows.every(isRepeatable)) {
      logger.warn('repeatable-call-broken', { messages: rows.length, error: nameOf(error) });
      await releaseRefused(rows, ports);
      await counted({ sent: 0, tooFast: false });
      return false;
    }
    // The name alone: what a provider writes may quote the address.
    logger.error('provider-did-not-answer', { messages: rows.length, error: nameOf(error) });
    count('MessagesUnanswered', rows.length);
    await counted({ sent: rows.length, tooFast: false });
    await Promise.all(rows.map((row) => markUnknown(row, ports)));
    return true;
  }
  const refused = rows.filter((_, index) => answers[index]?.kind === 'throttled');
  tellOfRefusal(refused);
  const results = await Promise.allSettled([
    ...outgoing.map((sent, index) => writeAnswer(sent, answers[index], ports)),
    ...(refused.length > 0 ? [releaseRefused(refused, ports, refusalOf(answers))] : []),
  ]);
  const sent = answers.filter(({ kind }) => kind === 'accepted').length;
  tellOfSent(rows, sent);
  await counted({
    sent,
    tooFast: answers.some((answer) => answer.kind === 'throttled' && answer.tooFast === true),
  });
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return refused.length === 0;
}

/** For the dashboard: a call is of one channel. */
function tellOfSent([first]: readonly Message[], sent: number): void {
  if (first !== undefined && sent > 0) countSent(first.channel, sent);
}

/** Raises the alarm when it lasts. The company's own systems fail without any provider having failed. */
function tellOfRefusal(rows: readonly Message[]): void {
  const [first] = rows;
  if (first === undefined) return;
  const { run, channel } = first;
  logger.warn('provider-refused', { run, channel, messages: rows.length });
  count(channel === 'webhook' ? 'WebhooksRefused' : 'MessagesRefused', rows.length);
}

/** How those that were not taken now are handed out again: not before the other end has asked for it. */
const refusalOf = (answers: readonly SendAnswer[]) => ({
  eachAlone: false,
  atLeastSeconds: Math.max(
    0,
    ...answers.map((answer) => (answer.kind === 'throttled' ? (answer.retryAfterSeconds ?? 0) : 0)),
  ),
});

async function writeAnswer(
  { row, cost, kept }: Omit<Outgoing<unknown>, 'content'>,
  answer: SendAnswer | undefined,
  ports: Ports,
) {
  const at = isoInstant(ports.clock.now());
  switch (answer?.kind) {
    case 'accepted': {
      await insist(ports, () => recordSent(row, ports));
      if (row.channel === 'sms') {
        // What becomes of it is told by the provider's id alone.
        const put = deliveryPut(answer.providerId, messageId(row), Date.parse(at));
        await insist(ports, () => writeOnce(ports.table, put));
      }
      const taken = { providerId: answer.providerId, at, cost, kept };
      await insist(ports, () =>
        updateMessage(ports.table, row, (found) => takenChange(found, taken)),
      );
      return;
    }
    case 'rejected':
      // The reason stands on the row alone: its words are the provider's.
      logger.warn('message-rejected', { ledgerId: messageId(row) });
      const rejected = { state: 'rejected', at, reason: answer.reason } as const;
      // What the provider has taken meanwhile was another call: its word stands.
      await insist(ports, () =>
        updateMessage(ports.table, row, ({ state }) => (isOpen(state) ? rejected : undefined)),
      );
      return;
    case 'throttled':
    case undefined:
      return;
  }
}
