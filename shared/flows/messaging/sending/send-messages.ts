import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { Run } from '../../../domain/campaigns/run.ts';
import type { MessageChange } from '../../../domain/messaging/ledger.ts';
import type { Message } from '../../../domain/messaging/message.ts';
import type { SendingPolicy } from '../../../domain/messaging/policy/sending-policy.ts';
import type { Renderer } from '../../../domain/templates/rendering-data.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import type { Ports } from '../../../ports/ports.ts';
import { sendTimeoutMs } from '../../../ports/senders.ts';
import { inParallel } from '../../../runtime/parallel.ts';
import { moveMessage } from '../../../stores/messages.ts';
import { getRun } from '../../../stores/runs.ts';
import { getPolicy } from '../../../stores/sending-policy.ts';
import { getTemplateVersion } from '../../../stores/templates.ts';
import { mayGoOut } from '../../campaigns/epochs/own-epoch.ts';
import type { LinkFinder } from '../links/tracked-links.ts';
import { type CallCount, type Pace, unlimited } from '../pace/pace.ts';
import { freeMessages, handOutIn, handOutLater } from './claims.ts';
import { type Composer, composer, type PriceOf } from './compose-messages.ts';
import { type Caller, makeCall } from './make-call.ts';

/** The body of the queues `emails` and `texts`: messages of one run and channel. */
export const sendBodySchema = z.strictObject({ messages: z.array(z.string()).min(1).max(50) });

/** How one channel sends what is composed. */
export type Channel<Rendered, Content> = Caller<Rendered, Content> & {
  readonly rendererOf: (template: Template) => Renderer<Rendered>;
  /** Absent: what it sends has no links of its own. */
  readonly findLinks?: LinkFinder<Rendered>;
  readonly priceOf: PriceOf<Rendered>;
  /** Messages per call for a template, as far as can be told before rendering. */
  readonly callSize: (template: Template) => number;
  /** Absent: the provider's limits are far away. */
  readonly paceOf?: (run: Run, policy: SendingPolicy, ports: Ports) => Promise<Pace>;
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
  if (!(await mayGoOut(ports))) return;
  const rows = await freeMessages(ids, ports);
  const [first] = rows;
  if (first === undefined) return;
  const run = await getRun(ports.table, first.run);
  if (run === undefined || run.state === 'cancelled') return withholdCancelled(rows, ports);
  if (run.state === 'paused') return; // reserved rows wait; the resume hands them out again
  const policy = await getPolicy(ports.table);
  const pace = (await channel.paceOf?.(run, policy, ports)) ?? unlimited;
  const groups = await groupsOf(rows, { run, channel, policy, ports });
  for (;;) {
    const left = groups.flatMap((group) => group.rows);
    const group = groups.find((one) => one.rows.length > 0);
    if (group === undefined) return;
    // Also before the first call: other bodies of the same batch may have taken the time.
    const leftMs = context.getRemainingTimeInMillis() - reserveMs;
    if (leftMs <= 0) return handOutLater(left, ports);
    const room = await pace.take(Math.min(group.callSize, group.rows.length), leftMs);
    if (room.kind === 'later') return handOutIn(left, room.ms, ports);
    if (room.kind === 'day-full') return putOff(left, room.until, ports);
    if (room.kind === 'warm-up') return deferAll(left, room.until, ports);
    const call = group.rows.splice(0, room.messages);
    const made = (count: CallCount): Promise<void> => pace.made(room.taken, count);
    const outcome = await makeCall(call, { channel, compose: group.compose, run, made, ports });
    const others = left.slice(call.length);
    if (outcome === 'paused') return;
    if (outcome === 'cancelled') return withholdCancelled(others, ports);
    if (outcome === 'refused') return handOutLater(others, ports);
  }
}

/** Rows of one template. Those that a call takes leave it. */
type Group<Rendered> = {
  readonly rows: Message[];
  readonly compose: Composer<Rendered>;
  readonly callSize: number;
};

async function groupsOf<Rendered, Content>(
  rows: readonly Message[],
  {
    run,
    channel,
    policy,
    ports,
  }: {
    readonly run: Run;
    readonly channel: Channel<Rendered, Content>;
    readonly policy: SendingPolicy;
    readonly ports: Ports;
  },
): Promise<readonly Group<Rendered>[]> {
  const found: Group<Rendered>[] = [];
  const groups = Map.groupBy(rows, (row) => `${row.template}\n${row.templateVersion}`);
  for (const group of groups.values()) {
    const { template: id, templateVersion } = group[0] as Message; // no group is empty
    const template = await getTemplateVersion(ports.table, id, templateVersion);
    if (template === undefined)
      throw new Error(`Template ${id} has no version ${templateVersion}.`);
    const { rendererOf, findLinks, priceOf } = channel;
    const rendering = { template, rendererOf, findLinks, priceOf, policy };
    const compose = await composer(run, rendering, ports);
    found.push({ rows: group, compose, callSize: channel.callSize(template) });
  }
  return found;
}

const withholdCancelled = async (rows: readonly Message[], ports: Ports): Promise<void> => {
  const change = { state: 'withheld', reason: 'cancelled' } as const;
  const at = isoInstant(ports.clock.now());
  await Promise.all(rows.map((row) => moveMessage(ports.table, row, { ...change, at })));
};

const writesAtOnce = 25;

/** How often a message that can only go today is tried again, ms. */
const lastChanceMs = 60 * 60_000;

/**
 * What a new sender has no room for today waits for the next day. What would be too late then is tried
 * until its deadline, since what others do not use of the day is given back; after it, it is withheld.
 */
async function deferAll(rows: readonly Message[], until: number, ports: Ports): Promise<void> {
  const now = ports.clock.now();
  const at = isoInstant(now);
  await inParallel(rows, writesAtOnce, async (row) => {
    const last = row.deadline === undefined ? until : Date.parse(row.deadline);
    const dueAt = last < until ? Math.min(now + lastChanceMs, last + 1) : until;
    const change: MessageChange =
      last < now
        ? { state: 'withheld', reason: 'deadline', at }
        : { state: 'deferred', reason: 'warm-up', at, dueAt: isoInstant(dueAt) };
    await moveMessage(ports.table, row, change);
  });
}

/** Reserved rows wait untouched until the sweep hands them out: for hours, a queue would be asked in vain. */
async function putOff(rows: readonly Message[], until: number, ports: Ports): Promise<void> {
  const dueAt = isoInstant(until);
  await inParallel(rows, writesAtOnce, async (row) => {
    await moveMessage(ports.table, row, { dueAt });
  });
}
