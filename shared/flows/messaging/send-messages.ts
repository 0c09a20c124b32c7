import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Run } from '../../domain/campaigns/run.ts';
import { isOpen, takenChange } from '../../domain/messaging/ledger.ts';
import { type Message, messageId } from '../../domain/messaging/message.ts';
import type { Renderer } from '../../domain/templates/rendering-data.ts';
import { asksComputed, type Template } from '../../domain/templates/template.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { NotSent, type SendAnswer, sendTimeoutMs } from '../../ports/senders.ts';
import { nameOf } from '../../runtime/error-name.ts';
import { insist } from '../../runtime/insist.ts';
import { count, logger } from '../../runtime/observability.ts';
import { recordCall } from '../../stores/calls.ts';
import { recordSent } from '../../stores/message-entries.ts';
import { moveMessage, updateMessage } from '../../stores/messages.ts';
import { getRun } from '../../stores/runs.ts';
import { getTemplateVersion } from '../../stores/templates.ts';
import {
  endClaim,
  freeMessages,
  handOutLater,
  markUnknown,
  releaseForLater,
  releaseQuietly,
  releaseRefused,
} from './claims.ts';
import { type Composed, type Composer, composer } from './compose-messages.ts';

import type { LinkFinder } from './tracked-links.ts';
/** The body of the queues `emails` and `texts`: messages of one run and channel. */
export const sendBodySchema = z.strictObject({ messages: z.array(z.string()).min(1).max(50) });

/** How one channel sends what is composed. */
export type Channel<Rendered, Content> = {
  readonly rendererOf: (template: Template) => Renderer<Rendered>;
  /** The content, or undefined when it is too large ever to be sent. */
  /** Absent: what it sends has no links of its own. */
  readonly findLinks?: LinkFinder<Rendered>;
  readonly contentOf: (composed: Composed<Rendered>) => Content | undefined;
  readonly bytesOf: (content: Content) => number;
  /** Messages per call for a template, as far as can be told before rendering. */
  readonly callSize: (template: Template) => number;
  readonly callBytes: number;
  readonly send: (contents: readonly Content[]) => Promise<readonly SendAnswer[]>;
};

/** What must be left of an invocation for a call to begin, in ms: its longest wait, and the writes around it. */
const reserveMs = sendTimeoutMs + 10_000;

/**
 * Sends the messages of one queue body, call by call. Each call is: claim the rows (conditional),
 * read and decide anew, render, record the call, call the provider, write its answers. It can be cut
 * off between any two of these: without the record nothing was sent and the rows are free; with it
 * and without answers the rows are `unknown`: sent again only where their campaign says so.
 */
export async function sendMessages<Rendered, Content>(
  ids: readonly string[],
  channel: Channel<Rendered, Content>,
  { ports, context }: { readonly ports: Ports; readonly context: Context },
): Promise<void> {
  const rows = await freeMessages(ids, ports);
  const [first] = rows;
  if (first === undefined) return;
  const run = await getRun(ports.table, first.run);
  if (run === undefined || run.state === 'cancelled') return withholdCancelled(rows, ports);
  if (run.state === 'paused') return; // reserved rows wait; the resume hands them out again
  const calls = await callsOf(rows, { run, channel, ports });
  for (const [at, call] of calls.entries()) {
    const left = calls.slice(at).flatMap((one) => one.rows);
    // Also before the first call: other bodies of the same batch may have taken the time.
    const hasTime = context.getRemainingTimeInMillis() > reserveMs;
    if (!hasTime) return handOutLater(left, ports);
    const outcome = await sendCall(call.rows, { channel, compose: call.compose, run, ports });
    if (outcome === 'paused') return;
    const others = left.slice(call.rows.length);
    if (outcome === 'cancelled') return withholdCancelled(others, ports);
    if (outcome === 'refused') return handOutLater(others, ports);
  }
}

type Call<Rendered> = {
  readonly rows: readonly Message[];
  readonly compose: Composer<Rendered>;
};

/** The rows cut into calls, each of one template. */
async function callsOf<Rendered, Content>(
  rows: readonly Message[],
  {
    run,
    channel,
    ports,
  }: {
    readonly run: Run;
    readonly channel: Channel<Rendered, Content>;
    readonly ports: Ports;
  },
): Promise<readonly Call<Rendered>[]> {
  const calls: Call<Rendered>[] = [];
  const groups = Map.groupBy(rows, (row) => `${row.template}\n${row.templateVersion}`);
  for (const group of groups.values()) {
    const { template: id, templateVersion } = group[0] as Message; // no group is empty
    const template = await getTemplateVersion(ports.table, id, templateVersion);
    if (template === undefined)
      throw new Error(`Template ${id} has no version ${templateVersion}.`);
    const render = channel.rendererOf(template);
    const { findLinks } = channel;
    const links = findLinks === undefined ? {} : { findLinks };
    const rendering = { render, asksComputed: asksComputed(template), ...links };
    const compose = await composer(run, rendering, ports);
    const callSize = channel.callSize(template);
    for (let at = 0; at < group.length; at += callSize) {
      calls.push({ rows: group.slice(at, at + callSize), compose });
    }
  }
  return calls;
}

const withholdCancelled = async (rows: readonly Message[], ports: Ports): Promise<void> => {
  const change = { state: 'withheld', reason: 'cancelled' } as const;
  const at = isoInstant(ports.clock.now());
  await Promise.all(rows.map((row) => moveMessage(ports.table, row, { ...change, at })));
};

type Sending<Rendered, Content> = {
  readonly channel: Channel<Rendered, Content>;
  readonly compose: Composer<Rendered>;
  readonly run: Run;
  readonly ports: Ports;
};

/** What became of a call: `refused`, the provider takes nothing now; the others: its run was changed before it. */
type CallOutcome = 'made' | 'refused' | 'paused' | 'cancelled';

type Outgoing<Content> = { readonly row: Message; readonly content: Content };

/** One provider call. The run is read once more right before it: a pause and a cancel hold from then on. */
async function sendCall<Rendered, Content>(
  rows: readonly Message[],
  { channel, compose, run, ports }: Sending<Rendered, Content>,
): Promise<CallOutcome> {
  const call = ports.ids.next();
  const claimed = await claim(rows, call, ports);
  let outgoing: readonly Outgoing<Content>[];
  try {
    outgoing = await fitInCall(await compose(claimed), channel, ports);
    if (outgoing.length === 0) return 'made';
    const state = (await getRun(ports.table, run.id))?.state ?? 'cancelled';
    if (state === 'paused' || state === 'cancelled') {
      await giveUpCall(outgoing, state, ports);
      return state;
    }
    // Someone took this sender for dead and freed its rows: they are no longer its own.
    if (!(await recordCall(ports.table, call, ports.clock.now()))) return 'made';
  } catch (error) {
    await releaseQuietly(claimed, ports);
    throw error;
  }
  return (await answered(outgoing, channel, ports)) ? 'made' : 'refused';
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
  channel: Channel<Rendered, Content>,
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
      fitting.push({ row: one.row, content });
    }
  }
  if (others.length > 0) await releaseForLater(others, ports);
  return fitting;
}

/** Calls the provider and writes what it said. From here on nothing is free to be sent. */
async function answered<Rendered, Content>(
  outgoing: readonly Outgoing<Content>[],
  channel: Channel<Rendered, Content>,
  ports: Ports,
): Promise<boolean> {
  const rows = outgoing.map(({ row }) => row);
  let answers: readonly SendAnswer[];
  try {
    answers = await channel.send(outgoing.map(({ content }) => content));
    if (answers.length !== rows.length) throw new Error('Not every message was answered.');
  } catch (error) {
    if (error instanceof NotSent) {
      logger.warn('provider-took-nothing', { messages: rows.length });
      count('MessagesRefused', rows.length);
      await releaseRefused(rows, ports, { eachAlone: error.isMalformed });
      return false;
    }
    // The name alone: what a provider writes may quote the address.
    logger.error('provider-did-not-answer', { messages: rows.length, error: nameOf(error) });
    count('MessagesUnanswered', rows.length);
    await Promise.all(rows.map((row) => markUnknown(row, ports)));
    return true;
  }
  const refused = rows.filter((_, index) => answers[index]?.kind === 'throttled');
  if (refused.length > 0) count('MessagesRefused', refused.length);
  const results = await Promise.allSettled([
    ...rows.map((row, index) => writeAnswer(row, answers[index], ports)),
    ...(refused.length > 0 ? [releaseRefused(refused, ports)] : []),
  ]);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return refused.length === 0;
}

async function writeAnswer(row: Message, answer: SendAnswer | undefined, ports: Ports) {
  const at = isoInstant(ports.clock.now());
  switch (answer?.kind) {
    case 'accepted': {
      await insist(ports, () => recordSent(row, ports));
      const taken = { providerId: answer.providerId, at };
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
