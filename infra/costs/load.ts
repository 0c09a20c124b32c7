import { type Assumptions, canaryBeats, daysPerMonth, minutesPerMonth } from './assumptions.ts';
import type { Activity } from './counted.ts';

/** A month: how many people are known, and how many emails go out to them. */
export type Load = {
  readonly profiles: number;
  readonly messages: number;
  /** New people; unless given, as assumed for so many profiles. */
  readonly leads?: number | undefined;
};

/** The loads of the table in the README. */
export const usualLoads: readonly Load[] = [
  { profiles: 1_000, messages: 10_000 },
  { profiles: 50_000, messages: 500_000 },
  { profiles: 1_000_000, messages: 10_000_000 },
];

/** Nobody and nothing: what the stack costs while it waits. */
export const idleLoad: Load = { profiles: 0, messages: 0 };

export const groups = [
  'standing',
  'people',
  'events',
  'segments',
  'emails',
  'feedback',
  'other channels',
  'marketers',
] as const;

export type Group = (typeof groups)[number];

/** How often a piece of work is done in a month. */
export type Line = {
  readonly group: Group;
  readonly activity: Activity;
  readonly times: number;
};

/** All that is done in a month. What nobody does while there are no people is left out then. */
export function linesOf(load: Load, assumed: Assumptions): readonly Line[] {
  return [
    ...standingLines(),
    ...peopleLines(load, assumed),
    ...(load.profiles > 0 ? segmentLines(load, assumed) : []),
    ...emailLines(load, assumed),
    ...otherLines(load, assumed),
  ];
}

const line = (group: Group, activity: Activity, times: number): Line => ({
  group,
  activity,
  times,
});

const standingLines = (): readonly Line[] => [
  line('standing', 'tick', minutesPerMonth),
  line('standing', 'night', daysPerMonth),
  line('standing', 'canaryBeat', canaryBeats),
];

function peopleLines({ profiles, leads }: Load, assumed: Assumptions): readonly Line[] {
  const events = profiles * assumed.eventsPerProfile;
  return [
    line('people', 'newLead', leads ?? profiles * assumed.leadsPerProfile),
    line('people', 'knownLead', profiles * assumed.formsPerProfile),
    line('events', 'event', events),
    line('events', 'membership', events * assumed.changesPerEvent),
    line('events', 'dueReview', profiles * assumed.reviewsPerProfile),
  ];
}

function segmentLines({ profiles }: Load, assumed: Assumptions): readonly Line[] {
  const members = (profiles * assumed.segmentsPerProfile) / 1_000;
  return [
    line('segments', 'pass', assumed.passes),
    line('segments', 'passPerThousand', (assumed.passes * profiles) / 1_000),
    line('segments', 'nightPerSegment', daysPerMonth * assumed.segments),
    line('segments', 'nightPerThousandMembers', daysPerMonth * members),
  ];
}

function emailLines({ messages }: Load, assumed: Assumptions): readonly Line[] {
  const triggered = messages * assumed.triggeredShare;
  const inRuns = messages - triggered;
  const runs = messages > 0 ? assumed.runs : 0;
  const reports = runs * assumed.reportsPerRun;
  const perRun = runs > 0 ? inRuns / runs / 1_000 : 0;
  return [
    line('emails', 'run', runs),
    line('emails', 'email', inRuns * (1 - assumed.cappedShare)),
    line('emails', 'cappedEmail', inRuns * assumed.cappedShare),
    line('emails', 'triggeredEmail', triggered),
    line('feedback', 'delivery', messages * assumed.deliveryRate),
    line('feedback', 'open', messages * assumed.openRate),
    line('feedback', 'click', messages * assumed.clickRate),
    line('feedback', 'conversion', messages * assumed.conversionRate),
    line('marketers', 'report', reports),
    line('marketers', 'reportPerThousand', reports * perRun),
  ];
}

const otherLines = ({ profiles }: Load, assumed: Assumptions): readonly Line[] => [
  line('other channels', 'sms', assumed.texts),
  line('other channels', 'webhook', assumed.webhooks),
  line('marketers', 'adminRead', profiles > 0 ? assumed.adminRequests : 0),
];
