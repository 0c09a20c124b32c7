import type { Run } from '../../../domain/campaigns/run.ts';
import { type CappedQuestion, decideCapped } from '../../../domain/messaging/capped-decision.ts';
import { type Contact, contactAfter } from '../../../domain/messaging/contact.ts';
import { addressOf } from '../../../domain/messaging/decision.ts';
import { changed, type MessageChange, standingOf } from '../../../domain/messaging/ledger.ts';
import { type Message, messageId } from '../../../domain/messaging/message.ts';
import { capsOn, type FrequencyCap } from '../../../domain/messaging/policy/frequency-cap.ts';
import type { Profile } from '../../../domain/profiles/profile.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import { localDate } from '../../../domain/time/midnight.ts';
import { personTimeZone } from '../../../domain/time/zone.ts';
import type { Ports } from '../../../ports/ports.ts';
import { Throttled } from '../../../ports/table.ts';
import { getContact } from '../../../stores/contacts.ts';
import { moveBesideContact } from '../../../stores/messages.ts';

type Reach = Pick<Ports, 'table' | 'clock' | 'settings'>;

/** A message that was decided before, and whom it is for as they are stored now. */
export type Again = {
  readonly row: Message;
  readonly run: Pick<Run, 'definition'>;
  readonly profile: Profile | undefined;
  /** Suppressed addresses, as far as they were asked for. */
  readonly suppressed: ReadonlySet<string>;
  /** All of the sending policy. */
  readonly caps: readonly FrequencyCap[];
};

/** The question about a message that was decided before, as things stand now. */
export function questionAgain(
  { row, run: { definition }, profile, suppressed }: Omit<Again, 'caps'>,
  { clock, settings }: Reach,
): CappedQuestion {
  const to = profile === undefined ? undefined : addressOf(profile, row.channel);
  return {
    id: messageId(row),
    priority: row.priority,
    channel: row.channel,
    kind: row.kind,
    topic: row.topic,
    profile,
    suppressed: to !== undefined && suppressed.has(to),
    quietHours: definition.quietHours,
    overCap: definition.overCap,
    // Who is in it was not reserved a message.
    controlGroup: undefined,
    holdout: definition.holdout ?? 0,
    campaign: row.campaign,
    plannedAt: Date.parse(row.plannedAt),
    deadline: row.deadline === undefined ? undefined : Date.parse(row.deadline),
    now: clock.now(),
    companyTimeZone: settings.timeZone,
  };
}

/**
 * Brings a deferred message on whose time has come: to `reserved`, counted from now on, or to wait
 * anew, or to its end. The row, undefined when someone else moved it. Suppressions are asked right
 * before the call.
 */
export const wakeDeferred = (again: Again, reach: Reach): Promise<Message | undefined> =>
  moveByContact(again, reach, ({ decision, countedOn }, now) => {
    const standing = standingOf(decision, now);
    const isNew = standing.state !== again.row.state;
    return { ...standing, countedOn, ...(isNew && { at: isoInstant(now) }) };
  });

/** Whether a claimed message is still to be counted, or was counted on a day that is over by now. */
export function isUncounted({ row, profile, caps }: Again, { clock, settings }: Reach): boolean {
  if (profile === undefined || capsOn(caps, row).length === 0) return false;
  const timeZone = personTimeZone(profile.attributes['timeZone'], settings.timeZone);
  return row.countedOn !== localDate(clock.now(), timeZone);
}

/**
 * Counts a claimed message on the day on which it goes. The row, still claimed, or out of its claim
 * because that day has had enough; undefined when the claim was lost.
 */
export const countClaimed = (again: Again, reach: Reach): Promise<Message | undefined> =>
  moveByContact(again, reach, ({ decision, countedOn }, now) =>
    decision.kind === 'send'
      ? { countedOn }
      : {
          ...standingOf(decision, now),
          at: isoInstant(now),
          call: undefined,
          claimedAt: undefined,
        },
  );

const maxAttempts = 10;
const clashPauseMs = 20;

/** Moves a row by what its person's contact says, and both together. */
async function moveByContact(
  again: Again,
  reach: Reach,
  changeBy: (decided: ReturnType<typeof decideCapped>, now: number) => MessageChange,
): Promise<Message | undefined> {
  const { row, caps } = again;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const contact = await getContact(reach.table, row.profileId);
    const question = questionAgain(again, reach);
    const decided = decideCapped(question, { caps, contact: without(row, contact) });
    const rows = { before: row, after: changed(row, changeBy(decided, question.now)) };
    const moved = await moveBesideContact(reach.table, rows, contact);
    if (moved !== 'contact-changed') return moved;
    await reach.clock.sleep(clashPauseMs * attempt);
  }
  throw new Throttled('A contact stays contended.');
}

/** What a message was counted for before is no reason against it. */
const without = (row: Message, contact: Contact): Contact =>
  row.countedOn === undefined
    ? contact
    : contactAfter(contact, { before: row, after: { ...row, countedOn: undefined } });
