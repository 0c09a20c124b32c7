import type { Campaign, CampaignState } from '../../../shared/domain/campaigns/campaign.ts';
import { goalEvents } from '../../../shared/domain/campaigns/goal.ts';
import { firingInstant, firingZone } from '../../../shared/domain/campaigns/run.ts';
import type { CronSchedule, OnceSchedule } from '../../../shared/domain/campaigns/schedule.ts';
import { scheduleName } from '../../../shared/domain/campaigns/schedule-name.ts';
import { isLive } from '../../../shared/domain/campaigns/transition.ts';
import { type Asked, both } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';
import { settledAgain } from './settled-again.ts';

/** Inputs that were accepted and could not be processed. Never what they hold. */
export type QuarantineFacts = {
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly isMore: boolean;
  readonly oldestAt: string | undefined;
};

export const checkQuarantine = (asked: Asked<QuarantineFacts>, url: string): readonly Finding[] =>
  judged('quarantine', asked, ({ count, isMore, oldestAt }) =>
    count === 0
      ? ok('quarantine', 'Empty: every accepted lead is stored.')
      : wrong(
          'quarantine',
          `${count}${isMore ? ' or more' : ''} accepted inputs could not be stored, the first at ${oldestAt ?? 'an unknown time'}.`,
          command(
            'See why, then replay or discard each (the admin API, with a token in $TOKEN):',
            `curl ${url}/admin/quarantine -H "authorization: Bearer $TOKEN"`,
          ),
        ),
  );

export type SourceFacts = { readonly id: string; readonly keys: number };

export const checkSources = (
  asked: Asked<readonly SourceFacts[]>,
  firstWriteKey: string | undefined,
): readonly Finding[] =>
  judged('write keys', asked, (sources) => {
    const keys = sources.reduce((sum, source) => sum + source.keys, 0);
    if (keys > 0) return ok('write keys', `${keys} of ${sources.length} sources.`);
    return wrong(
      'write keys',
      sources.length === 0
        ? 'There is no source: no website can post a lead.'
        : `None of ${sources.length} sources has a key: no website can post a lead.`,
      command(
        'Make one, with a token in $TOKEN:',
        firstWriteKey ?? '(the command of the output FirstWriteKey)',
      ),
    );
  });

/** What is asked of a campaign: what must be there for it to start and to count, and what it sends. */
export type CampaignFacts = {
  readonly id: string;
  readonly state: CampaignState;
  readonly updatedAt: string;
  readonly schedule: OnceSchedule | CronSchedule | { readonly on: string };
  /** The events that say something of its goal. */
  readonly goals: readonly string[];
  readonly keptGoals: Campaign['keptGoals'];
  readonly channels: readonly string[];
};

export const campaignFacts = (campaign: Campaign): CampaignFacts => {
  const { id, state, updatedAt, keptGoals, definition } = campaign;
  const { schedule, message, goal } = definition;
  const goals = goal === undefined ? [] : goalEvents(goal);
  const channels = message.channel === 'best' ? (message.order ?? []) : [message.channel];
  return { id, state, updatedAt, schedule, goals, keptGoals, channels };
};

export type ScheduleFacts = { readonly name: string; readonly state: string };

/** How long a campaign may be without its schedule or rules after it was changed: the tick settles it within two minutes. */
const settleMs = 5 * 60_000;

export const isSettling = ({ updatedAt }: CampaignFacts, now: number): boolean =>
  now - Date.parse(updatedAt) < settleMs;

type SchedulesPlace = {
  readonly now: number;
  readonly url: string;
  /** Undefined: the local world has none. */
  readonly group: string | undefined;
};

/** What is launched must have its schedule, and nothing else may. */
export function checkSchedules(
  campaigns: Asked<readonly CampaignFacts[]>,
  schedules: Asked<readonly ScheduleFacts[]>,
  place: SchedulesPlace,
): readonly Finding[] {
  return judged('schedules', both(campaigns, schedules), ([launched, found]) => {
    const states = new Map(found.map(({ name, state }) => [name, state]));
    const told = [
      ...launched.flatMap((campaign) => missingFindings(campaign, states, place)),
      ...strayFindings(launched, found, place.group),
    ];
    return told.length > 0
      ? told
      : ok('schedules', `${found.length} in the group, one for each campaign that needs one.`);
  });
}

/** The zone in which a wall-clock time comes first: a campaign without a zone fires no earlier. */
const earliestZone = 'Pacific/Kiritimati';

/** Whether the schedule must be there, now. A one-off one deletes itself when it fires. */
function needsSchedule(campaign: CampaignFacts, now: number): boolean {
  const { schedule, state } = campaign;
  if (!isLive(state) || 'on' in schedule || isSettling(campaign, now)) return false;
  if ('cron' in schedule) return true;
  if (state !== 'scheduled') return false;
  return firingInstant(schedule.at, firingZone(schedule, earliestZone)) > now + settleMs;
}

function missingFindings(
  campaign: CampaignFacts,
  states: ReadonlyMap<string, string>,
  { now, url }: SchedulesPlace,
): readonly Finding[] {
  if (!needsSchedule(campaign, now)) return [];
  const state = states.get(scheduleName(campaign.id));
  if (state === 'ENABLED') return [];
  return [
    wrong(
      `schedule: ${campaign.id}`,
      state === undefined
        ? `Campaign "${campaign.id}" is launched and has no schedule: it would not go out.`
        : `The schedule of campaign "${campaign.id}" is ${state}: it would not go out.`,
      settledAgain(campaign, { what: 'its schedule', url }),
    ),
  ];
}

function strayFindings(
  campaigns: readonly CampaignFacts[],
  found: readonly ScheduleFacts[],
  group: string | undefined,
): readonly Finding[] {
  const owned = new Set(
    campaigns
      .filter(({ schedule, state }) => isLive(state) && !('on' in schedule))
      .map(({ id }) => scheduleName(id)),
  );
  return found
    .filter(({ name }) => !owned.has(name))
    .map(({ name }) =>
      warning(
        `schedule: ${name}`,
        'It belongs to no launched campaign. It does no harm: what it fires is not taken for a run.',
        group === undefined
          ? 'It goes when the campaign it was made for is launched and cancelled again.'
          : command(
              'Remove it:',
              `aws scheduler delete-schedule --group-name ${group} --name ${name}`,
            ),
      ),
    );
}

/** Whether any campaign that may still go out sends SMS. */
export const sendsTexts = (campaigns: readonly CampaignFacts[]): boolean =>
  campaigns.some(
    ({ state, channels }) =>
      state !== 'completed' && state !== 'cancelled' && channels.includes('sms'),
  );
