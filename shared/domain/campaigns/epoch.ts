import { answerWaitMs, type MessageChange } from '../messaging/ledger.ts';
import type { Message } from '../messaging/message.ts';
import { isoInstant } from '../time/instant.ts';
import type { Campaign } from './campaign.ts';
import { firingInstant, firingZone, type Run } from './run.ts';
import { isOnceSchedule } from './schedule.ts';
import { inState, isLive } from './transition.ts';

/** How far an adoption has come: campaigns first, so that they are seen to be held, then what they had open. */
export type AdoptionPlace =
  | { readonly step: 'campaigns'; readonly after: string | null }
  /** `shard`: of the ledger of the campaign's first run that is not over. */
  | { readonly step: 'runs'; readonly after: string | null; readonly shard: number }
  | { readonly step: 'enrolments'; readonly slot: number };

/** The data of a restored backup becoming those of the tables they now lie in. */
export type Adoption = {
  /** The life that adopts them. */
  readonly epoch: string;
  /** When it began, ISO: what was planned before it is not made up for. */
  readonly at: string;
  readonly place: AdoptionPlace;
};

/** Which life of the tables the data belong to. A restored backup brings the word of another one along. */
export type Epoch = {
  readonly epoch: string;
  /** When the data came into it from another life, ISO; undefined: they began in it. */
  readonly adoptedAt: string | undefined;
  readonly adoption: Adoption | undefined;
  /** Optimistic lock. */
  readonly revision: number;
};

/** Longer than a function of the deployment before can still run, in ms. */
const handOverMs = 15 * 60_000;

/**
 * How a function of the life `own` stands to the data. `adopting`: they are on the way to it. `stale`: they
 * have just gone, or are going, to another life: this function is one of the deployment before, and the
 * next one takes its work. `foreign`: they are to be adopted.
 */
export function epochStanding(
  { epoch, adoptedAt, adoption }: Epoch,
  own: string,
  now: number,
): 'own' | 'adopting' | 'stale' | 'foreign' {
  if (adoption?.epoch === own) return 'adopting';
  if (adoption === undefined && epoch === own) return 'own';
  const changedAt = adoption?.at ?? adoptedAt;
  const isFresh = changedAt !== undefined && Date.parse(changedAt) + handOverMs > now;
  return isFresh ? 'stale' : 'foreign';
}

/**
 * A campaign as it comes up in another life: held, until a marketer has looked at it. What was to go
 * out once, before, is ended: whether it did nobody knows. Undefined: there is nothing to change.
 */
export function adoptedCampaign(
  campaign: Campaign,
  adoption: Pick<Adoption, 'at'>,
  { now, companyTimeZone }: { readonly now: number; readonly companyTimeZone: string },
): Campaign | undefined {
  const { state, definition, restoredAt } = campaign;
  if (!isLive(state) || restoredAt === adoption.at) return undefined;
  const { schedule } = definition;
  const zone = firingZone(schedule, companyTimeZone);
  if (isOnceSchedule(schedule) && firingInstant(schedule.at, zone) < Date.parse(adoption.at)) {
    return inState(campaign, 'cancelled', { now, companyTimeZone });
  }
  const paused = inState(campaign, 'paused', { now, companyTimeZone });
  return {
    ...paused,
    pausedFrom: state === 'paused' ? campaign.pausedFrom : paused.pausedFrom,
    restoredAt: adoption.at,
  };
}

/** Whether anything may still come of a run by the system's own doing. */
export const isUnfinished = ({ state, walk }: Pick<Run, 'state' | 'walk'>): boolean =>
  state === 'running' || state === 'paused' || walk !== undefined;

/**
 * What becomes of an open row of another life: it is not sent any more. One that was in a sender's hands
 * may have gone out: the provider's events have a day to tell.
 */
export function closedByRestore(row: Message, now: number): MessageChange | undefined {
  const at = isoInstant(now);
  switch (row.state) {
    case 'reserved':
    case 'deferred':
      return { state: 'withheld', reason: 'restored', at };
    case 'claimed':
      return { state: 'unknown', at, dueAt: isoInstant(now + answerWaitMs) };
    case 'unknown':
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'complained':
    case 'rejected':
    case 'withheld':
    case 'failed':
      return undefined;
  }
}
