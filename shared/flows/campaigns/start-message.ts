import { isInAudience } from '../../domain/campaigns/condition.ts';
import type { Run } from '../../domain/campaigns/run.ts';
import type { EventSchedule } from '../../domain/campaigns/schedule.ts';
import { isCool, messageTrigger, type TriggerEvent } from '../../domain/campaigns/trigger.ts';
import type { Decision } from '../../domain/messaging/decision.ts';
import { heldOutReason } from '../../domain/messaging/held-out.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import type { Ports } from '../../ports/ports.ts';
import { type Put, Throttled } from '../../ports/table.ts';
import { contactPuts } from '../../stores/contacts.ts';
import {
  type Enrolment,
  enrolmentPut,
  getLastPlanned,
  lastPlannedPut,
} from '../../stores/enrolments.ts';
import { heldOutPuts } from '../../stores/message-entries.ts';
import { reserveMessage, writeOnce } from '../../stores/messages.ts';
import { currentRuleset } from '../../stores/segments.ts';
import { handOut } from '../messaging/sending/hand-out.ts';
import { clashPauseMs, type Draft, decideRows, toSend } from './reserve-messages.ts';
import { stillWanted } from './unless.ts';

/** A message that a trigger starts now. `plannedAt` is in ms. */
export type Starting = {
  readonly run: Run;
  readonly schedule: EventSchedule;
  readonly profile: Profile;
  readonly trigger: TriggerEvent;
  readonly plannedAt: number;
  /** The enrolment whose delay has ended; it is closed with the row. */
  readonly enrolment?: Enrolment;
};

type Reach = Pick<Ports, 'table' | 'queue' | 'clock' | 'settings'>;

const maxAttempts = 10;

/**
 * Decides about the message of one trigger and writes its row, once however often the trigger comes:
 * the row, the end of the delay, the cooldown and the person's contact change together or not at all.
 */
export async function startMessage(starting: Starting, reach: Reach): Promise<void> {
  const { run, schedule, profile } = starting;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const last = await getLastOf(starting, reach);
    const about = { plannedAt: last.plannedAt, timeZone: reach.settings.timeZone };
    if (!isCool(schedule, starting.plannedAt, about)) return closeOnly(starting, reach);
    const draft = await decide(starting, reach);
    if (draft === undefined) return;
    const { row, contact } = draft;
    // Who is held out is considered as often as those they are compared with.
    const isMessage = row.state !== 'withheld' || heldOutReason(row) !== undefined;
    const begin = lastPlannedPut(
      { campaign: run.campaign, profileId: profile.id },
      row.plannedAt,
      last.revision,
    );
    const writes = [
      reserveMessage(row),
      ...closing(starting, reach),
      ...(schedule.cooldown !== undefined && isMessage ? [begin] : []),
      ...contactPuts(contact, { before: undefined, after: row }),
      ...heldOutPuts(row),
    ];
    const result = await write(writes, reach);
    if (result.kind === 'written') return handOut(toSend([row]), reach);
    // The row stands since an earlier delivery: what is left is to close its enrolment.
    if (result.kind === 'refused' && result.failed.includes(0)) return closeOnly(starting, reach);
    // A newer trigger has begun the delay anew.
    if (
      result.kind === 'refused' &&
      starting.enrolment !== undefined &&
      result.failed.includes(1)
    ) {
      return;
    }
    await reach.clock.sleep(clashPauseMs * attempt);
  }
  throw new Throttled(`The messages of run ${run.id} to one person stay contended.`);
}

const write = (writes: readonly Put[], { table }: Reach): ReturnType<typeof writeOnce> =>
  writes.length === 1 && writes[0] !== undefined
    ? writeOnce(table, writes[0])
    : table.transact(writes);

const getLastOf = ({ run, schedule, profile }: Starting, { table }: Reach) =>
  schedule.cooldown === undefined
    ? { plannedAt: undefined, revision: 0 }
    : getLastPlanned(table, run.campaign, profile.id);

const closing = ({ enrolment }: Starting, { clock }: Reach): Put[] =>
  enrolment === undefined
    ? []
    : [enrolmentPut({ ...enrolment, done: true, revision: enrolment.revision + 1 }, clock.now())];

/** Ends the delay without a row: one stands already, or it is too soon after another. */
async function closeOnly(starting: Starting, reach: Reach): Promise<void> {
  for (const put of closing(starting, reach)) await writeOnce(reach.table, put);
}

async function decide(starting: Starting, reach: Reach): Promise<Draft | undefined> {
  const { run, schedule, profile, trigger, plannedAt } = starting;
  const decided = await withholding(starting, reach);
  const candidate = {
    profile,
    plannedAt,
    event: trigger,
    trigger: messageTrigger(schedule.repeat, trigger.id),
    ...(decided !== undefined && { decided }),
  };
  const [draft] = await decideRows(run, [candidate], reach);
  return draft;
}

/** What only event campaigns withhold for. */
async function withholding(starting: Starting, reach: Reach): Promise<Decision | undefined> {
  const { run, profile, trigger } = starting;
  const { definition } = run;
  if (run.state === 'cancelled') return { kind: 'withheld', reason: 'cancelled' };
  const { serving } = await currentRuleset(reach.table, reach.settings.timeZone);
  if (!isInAudience(definition.audience, profile, serving)) {
    return { kind: 'withheld', reason: 'left-audience' };
  }
  // What is held is asked when it is sent.
  if (run.state === 'paused') return undefined;
  const about = { message: { event: trigger }, definition, profile, now: reach.clock.now() };
  return (await stillWanted(about, reach)) ? undefined : { kind: 'withheld', reason: 'unless' };
}
