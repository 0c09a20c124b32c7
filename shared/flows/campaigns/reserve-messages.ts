import { channelsOf } from '../../domain/campaigns/message-choice.ts';
import { contentFor } from '../../domain/campaigns/message-content.ts';
import type { Run } from '../../domain/campaigns/run.ts';
import { isTooLate, mainStep } from '../../domain/campaigns/run.ts';
import type { TriggerEvent } from '../../domain/campaigns/trigger.ts';
import {
  addressOf,
  type Decision,
  decideMessage,
  type Question,
} from '../../domain/messaging/decision.ts';
import { newMessage, safetyNetMs } from '../../domain/messaging/ledger.ts';
import type { Message, MessageChannel } from '../../domain/messaging/message.ts';
import type { SendingPolicy } from '../../domain/messaging/policy/sending-policy.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import { addDuration, parseDuration } from '../../domain/time/duration.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { reserveMessage, writeOnce } from '../../stores/messages.ts';
import { getPolicy } from '../../stores/sending-policy.ts';
import { suppressedAmong } from '../../stores/suppressions.ts';
import { handOut } from '../messaging/hand-out.ts';

/** A person a run considers, with what is theirs alone. `plannedAt` is in ms. */
export type Candidate = {
  readonly profile: Profile;
  readonly plannedAt: number;
  readonly event?: TriggerEvent;
  /** The last part of the message's key; '' when no event started it. */
  readonly trigger: string;
  /** Decided already: the rest is not asked. */
  readonly decided?: Decision;
};

type Reach = Pick<Ports, 'table' | 'queue' | 'clock' | 'settings'>;

/** Decides about each candidate: the rows to write, none written yet. */
export async function decideRows(
  run: Run,
  candidates: readonly Candidate[],
  ports: Reach,
): Promise<readonly Message[]> {
  const suppressed = await suppressedOf(run, candidates, ports);
  const policy = await getPolicy(ports.table);
  return candidates.map((candidate) => rowOf(run, candidate, { ports, suppressed, policy }));
}

/** The suppressed addresses of candidates, by channel. */
async function suppressedOf(
  run: Run,
  candidates: readonly Candidate[],
  { table }: Reach,
): Promise<Suppressed> {
  const found = channelsOf(run.definition.message).map(async (channel) => {
    const addresses = candidates.flatMap(({ profile }) => addressOf(profile, channel) ?? []);
    return [channel, await suppressedAmong(table, channel, addresses)] as const;
  });
  return new Map(await Promise.all(found));
}

type Suppressed = ReadonlyMap<MessageChannel, ReadonlySet<string>>;

function rowOf(
  run: Run,
  candidate: Candidate,
  {
    ports,
    suppressed,
    policy,
  }: {
    readonly ports: Reach;
    readonly suppressed: Suppressed;
    readonly policy: SendingPolicy;
  },
): Message {
  const { kind, topic, message, priority } = run.definition;
  const { profile, plannedAt, trigger, event } = candidate;
  const now = ports.clock.now();
  const deadline = deadlineOf(run, plannedAt, ports);
  const content = contentFor(run, profile);
  const address = addressOf(profile, content.channel);
  const question = {
    channel: content.channel,
    deadline,
    suppressed: address !== undefined && suppressed.get(content.channel)?.has(address) === true,
    cap: { kind: 'free' } as const,
    controlGroup: policy.controlGroup,
    now,
    companyTimeZone: ports.settings.timeZone,
  };
  const draft = {
    run: run.id,
    step: mainStep,
    profileId: profile.id,
    way: message.channel,
    ...content,
    trigger,
    campaign: run.campaign,
    kind,
    topic,
    priority,
    plannedAt: isoInstant(plannedAt),
    deadline: deadline === undefined ? undefined : isoInstant(deadline),
    event,
  };
  return newMessage(draft, held(run, decide(run, candidate, question), now), now);
}

const deadlineOf = (run: Run, plannedAt: number, { settings }: Reach): number | undefined =>
  run.definition.deadline === undefined
    ? undefined
    : addDuration(plannedAt, parseDuration(run.definition.deadline), settings.timeZone);

function decide(
  run: Run,
  { profile, plannedAt, decided }: Candidate,
  question: Pick<
    Question,
    'channel' | 'deadline' | 'suppressed' | 'cap' | 'controlGroup' | 'now' | 'companyTimeZone'
  >,
): Decision {
  if (decided !== undefined) return decided;
  if (isTooLate(run, plannedAt)) return { kind: 'withheld', reason: 'too-late' };
  const { kind, topic, quietHours, holdout = 0, overCap } = run.definition;
  return decideMessage({
    ...question,
    overCap,
    campaign: run.campaign,
    kind,
    topic,
    profile,
    quietHours,
    holdout,
    plannedAt,
  });
}

/** What a paused run would send or defer waits for its resume; the safety net looks again in case that is missed. */
function held(run: Run, decision: Decision, now: number): Decision {
  if (run.state !== 'paused' || decision.kind === 'withheld') return decision;
  return { kind: 'deferred', until: now + safetyNetMs, reason: 'paused' };
}

const writesAtOnce = 25;

/** Writes the rows that are not there yet and hands out those to send. */
export async function reserveRows(rows: readonly Message[], ports: Reach): Promise<void> {
  const written: Message[] = [];
  await inParallel(rows, writesAtOnce, async (row) => {
    const result = await writeOnce(ports.table, reserveMessage(row));
    if (result.kind === 'written') written.push(row);
  });
  await handOut(toSend(written), ports);
}

/** Those of new rows that are sent at once: the others wait, or stay unsent. */
export const toSend = (rows: readonly Message[]): readonly Message[] =>
  rows.filter(({ state }) => state === 'reserved');
