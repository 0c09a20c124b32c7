import { addDuration, parseDuration } from '../time/duration.ts';
import { isoInstant } from '../time/instant.ts';
import type { Campaign, CampaignState } from './campaign.ts';
import { goalEvents } from './goal.ts';

/** What a marketer can do to a campaign. */
export type CampaignAction = 'edit' | 'launch' | 'pause' | 'resume' | 'cancel';

/** `done`: it is already so, and a repeat changes nothing. `refused` says what to do instead. */
export type Transition =
  | { readonly kind: 'moves'; readonly state: CampaignState }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly fix: string };

const cancelFirst = 'It is being sent: cancel it first, or write a new campaign.';
const launchFirst = 'It has not been launched: launch it first.';
const endedBefore = 'It has ended: save it again, then launch it.';

/**
 * The life of a campaign: `draft -> scheduled | running -> completed | cancelled`, with pauses. It is
 * edited only while nothing of it can be sent: a draft, or one that has ended, which becomes a draft
 * again; its runs and their rows stay as they are.
 */
const table: Readonly<Record<CampaignAction, Readonly<Record<CampaignState, string>>>> = {
  edit: {
    draft: 'draft',
    scheduled: 'It is scheduled: cancel it first, then edit and launch it again.',
    running: cancelFirst,
    paused: cancelFirst,
    completed: 'draft',
    cancelled: 'draft',
  },
  launch: {
    draft: 'scheduled',
    scheduled: 'done',
    running: 'done',
    paused: 'It is paused: resume it.',
    completed: endedBefore,
    cancelled: endedBefore,
  },
  pause: {
    draft: launchFirst,
    scheduled: 'paused',
    running: 'paused',
    paused: 'done',
    completed: endedBefore,
    cancelled: endedBefore,
  },
  resume: {
    draft: launchFirst,
    scheduled: 'done',
    running: 'done',
    paused: 'running',
    completed: endedBefore,
    cancelled: endedBefore,
  },
  cancel: {
    draft: 'cancelled',
    scheduled: 'cancelled',
    running: 'cancelled',
    paused: 'cancelled',
    completed: 'It has ended: there is nothing left to cancel.',
    cancelled: 'done',
  },
};

/** What becomes of a campaign by an action. A launch by an event is `running` at once. */
export function transition(
  campaign: Pick<Campaign, 'state' | 'pausedFrom' | 'definition'>,
  action: CampaignAction,
): Transition {
  const next = table[action][campaign.state];
  switch (next) {
    case 'done':
      return { kind: 'done' };
    case 'scheduled':
      return { kind: 'moves', state: 'on' in campaign.definition.schedule ? 'running' : next };
    case 'running':
      return { kind: 'moves', state: campaign.pausedFrom ?? next };
    case 'draft':
    case 'paused':
    case 'completed':
    case 'cancelled':
      return { kind: 'moves', state: next };
    default:
      return { kind: 'refused', fix: next };
  }
}

/** Whether the campaign may still start or send messages once it is not paused. */
export const isLive = (state: CampaignState): boolean =>
  state === 'scheduled' || state === 'running' || state === 'paused';

/** Whether the campaign is over until it is edited: an edit that changes nothing will do. */
export const hasEnded = (state: CampaignState): boolean =>
  state === 'completed' || state === 'cancelled';

/** Room for goal events that are told late. */
const lateGoalMs = 24 * 60 * 60_000;

/** How long others may take to bring schedules and runs in line before the minute tick does it, in ms. */
const settleMs = 60_000;

/** The campaign in another state, still to be settled. */
export function inState(
  campaign: Campaign,
  state: CampaignState,
  at: { readonly now: number; readonly companyTimeZone: string },
): Campaign {
  const from = campaign.state;
  return {
    ...campaign,
    state,
    pausedFrom:
      state === 'paused' && (from === 'scheduled' || from === 'running') ? from : undefined,
    pausedFor: undefined,
    revision: campaign.revision + 1,
    updatedAt: isoInstant(at.now),
    keptGoals: isLive(from) && !isLive(state) ? goalsAfter(campaign, at) : campaign.keptGoals,
    settleAt: isoInstant(at.now + settleMs),
    restoredAt: undefined,
  };
}

/** A goal is listened for as long as the last message can still bring it. */
function goalsAfter(
  { definition, keptGoals }: Campaign,
  { now, companyTimeZone }: { readonly now: number; readonly companyTimeZone: string },
): Campaign['keptGoals'] {
  const { goal } = definition;
  if (goal === undefined) return keptGoals;
  const end = addDuration(now, parseDuration(goal.within), companyTimeZone) + lateGoalMs;
  const events = goalEvents(goal);
  const others = keptGoals.filter(({ event }) => !events.includes(event));
  return [...others, ...events.map((event) => ({ event, until: isoInstant(end) }))];
}
