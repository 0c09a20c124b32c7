import { bestChannel } from '../../domain/campaigns/message/best-channel.ts';
import { channelsOf } from '../../domain/campaigns/message/message-choice.ts';
import { contentFor, namedWait, waitFor } from '../../domain/campaigns/message/message-content.ts';
import type { Run } from '../../domain/campaigns/run.ts';
import { isTooLate, mainStep } from '../../domain/campaigns/run.ts';
import type { TriggerEvent } from '../../domain/campaigns/trigger.ts';
import { type CappedQuestion, decideCapped } from '../../domain/messaging/capped-decision.ts';
import { type Contact, noContact } from '../../domain/messaging/contact.ts';
import { addressOf, type Decision } from '../../domain/messaging/decision.ts';
import { newMessage, safetyNetMs } from '../../domain/messaging/ledger.ts';
import { type Message, type MessageChannel, messageId } from '../../domain/messaging/message.ts';
import { capsOn } from '../../domain/messaging/policy/frequency-cap.ts';
import type { SendingPolicy } from '../../domain/messaging/policy/sending-policy.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import { addDuration, parseDuration } from '../../domain/time/duration.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { Throttled } from '../../ports/table.ts';
import { inParallel } from '../../runtime/parallel.ts';
import { contactPuts, getContact, getContacts } from '../../stores/contacts.ts';
import { heldOutPuts } from '../../stores/message-entries.ts';
import { reserveMessage, writeOnce } from '../../stores/messages.ts';
import { getPolicy } from '../../stores/sending-policy.ts';
import { suppressedAmong } from '../../stores/suppressions.ts';
import { handOut } from '../messaging/sending/hand-out.ts';

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

/** A row as it is to be written, none written yet. */
export type Draft = {
  readonly row: Message;
  /** What it was decided by, and what it counts on or waits in once it is written. */
  readonly contact: Contact;
  /** The row by the contact as somebody else has changed it meanwhile. */
  readonly again: (contact: Contact) => Message;
};

/** Decides about each candidate: the rows to write. Contacts are read only when a cap may count the messages, or for each person's best channel. */
export async function decideRows(
  run: Run,
  candidates: readonly Candidate[],
  ports: Reach,
): Promise<readonly Draft[]> {
  const suppressed = await suppressedOf(run, candidates, ports);
  const policy = await getPolicy(ports.table);
  const contacts = await contactsOf(run, candidates, { ports, policy });
  return candidates.map((candidate) => {
    const again = (contact: Contact) =>
      rowOf(run, candidate, { ports, suppressed, policy, contact });
    const { id } = candidate.profile;
    const contact = contacts.get(id) ?? noContact(id);
    return { row: again(contact), contact, again };
  });
}

const contactsOf = async (
  { definition }: Run,
  candidates: readonly Candidate[],
  { ports, policy }: { readonly ports: Reach; readonly policy: SendingPolicy },
): Promise<ReadonlyMap<string, Contact>> => {
  const { kind, message } = definition;
  const isCapped = (channel: MessageChannel): boolean =>
    capsOn(policy.caps, { kind, channel }).length > 0;
  return message.channel === 'best' || channelsOf(message).some(isCapped)
    ? getContacts(
        ports.table,
        candidates.map(({ profile }) => profile.id),
      )
    : new Map();
};

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
    contact,
  }: {
    readonly ports: Reach;
    readonly suppressed: Suppressed;
    readonly policy: SendingPolicy;
    readonly contact: Contact;
  },
): Message {
  const { kind, topic, message, priority } = run.definition;
  const { profile, trigger, event } = candidate;
  const now = ports.clock.now();
  const companyTimeZone = ports.settings.timeZone;
  const own = { plannedAt: candidate.plannedAt, now, companyTimeZone };
  const { plannedAt, notBefore } = waitFor(run, profile.id, own);
  const deadline = deadlineOf(run, plannedAt, ports);
  const isSuppressed = (channel: MessageChannel): boolean => {
    const address = addressOf(profile, channel);
    return address !== undefined && suppressed.get(channel)?.has(address) === true;
  };
  const best =
    message.channel === 'best'
      ? bestChannel(run.definition, { profile, contact, isSuppressed })
      : undefined;
  const content = contentFor(run, profile, best);
  const question = {
    channel: content.channel,
    deadline,
    suppressed: isSuppressed(content.channel),
    controlGroup: policy.controlGroup,
    plannedAt: notBefore,
    now,
    companyTimeZone,
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
  const caps = { caps: policy.caps, contact };
  const id = messageId(draft);
  const decided = decide(run, candidate, { ...question, id, priority }, caps);
  const decision = held(run, namedWait(decided.decision, { ...own, notBefore }), now);
  const countedOn = decision.kind === 'send' ? decided.countedOn : undefined;
  return { ...newMessage(draft, decision, now), countedOn };
}

const deadlineOf = (run: Run, plannedAt: number, { settings }: Reach): number | undefined =>
  run.definition.deadline === undefined
    ? undefined
    : addDuration(plannedAt, parseDuration(run.definition.deadline), settings.timeZone);

function decide(
  run: Run,
  { profile, plannedAt, decided }: Candidate,
  question: Pick<
    CappedQuestion,
    | 'id'
    | 'priority'
    | 'channel'
    | 'deadline'
    | 'suppressed'
    | 'controlGroup'
    | 'plannedAt'
    | 'now'
    | 'companyTimeZone'
  >,
  caps: Parameters<typeof decideCapped>[1],
): ReturnType<typeof decideCapped> {
  if (decided !== undefined) return { decision: decided, countedOn: undefined };
  if (isTooLate(run, plannedAt)) {
    return { decision: { kind: 'withheld', reason: 'too-late' }, countedOn: undefined };
  }
  const { kind, topic, quietHours, holdout = 0, overCap } = run.definition;
  const { campaign } = run;
  const about = { overCap, campaign, kind, topic, profile, quietHours, holdout };
  return decideCapped({ ...question, ...about }, caps);
}

/** What a paused run would send or defer waits for its resume; the safety net looks again in case that is missed. */
function held(run: Run, decision: Decision, now: number): Decision {
  if (run.state !== 'paused' || decision.kind === 'withheld') return decision;
  return { kind: 'deferred', until: now + safetyNetMs, reason: 'paused' };
}

const writesAtOnce = 25;

/** Writes the rows that are not there yet and hands out those to send. */
export async function reserveRows(drafts: readonly Draft[], ports: Reach): Promise<void> {
  const written: Message[] = [];
  await inParallel(drafts, writesAtOnce, async (draft) => {
    const row = await reserveRow(draft, ports);
    if (row !== undefined) written.push(row);
  });
  await handOut(toSend(written), ports);
}

const maxAttempts = 10;

/** How long the first who clashed over a contact waits, in ms; each further time longer. */
export const clashPauseMs = 20;

/** Writes a row together with what its person's contact says of it; undefined when the row stands already. */
async function reserveRow(draft: Draft, { table, clock }: Reach): Promise<Message | undefined> {
  let { row, contact } = draft;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const beside = [
      ...contactPuts(contact, { before: undefined, after: row }),
      ...heldOutPuts(row),
    ];
    const put = reserveMessage(row);
    const result =
      beside.length === 0 ? await writeOnce(table, put) : await table.transact([put, ...beside]);
    if (result.kind === 'written') return row;
    if (result.kind === 'refused' && result.failed.includes(0)) return undefined;
    await clock.sleep(clashPauseMs * attempt);
    contact = await getContact(table, row.profileId);
    row = draft.again(contact);
  }
  throw new Throttled('A contact stays contended.');
}

/** Those of new rows that are sent at once: the others wait, or stay unsent. */
export const toSend = (rows: readonly Message[]): readonly Message[] =>
  rows.filter(({ state }) => state === 'reserved');
