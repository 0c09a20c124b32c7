import { canaryEvent } from '../shared/domain/canary/canary.ts';
import type { QueueName } from '../shared/ports/queue.ts';
import type { EventPattern } from '../shared/ports/schedules.ts';

/** How often a message is received before it is a dead letter; enough for an outage of the tables to pass. */
export type QueueRow = {
  readonly maxReceives: number;
  /** What puts messages on it besides functions: campaigns' schedules, or their listeners on the bus. */
  readonly fedBy?: 'schedules' | 'listeners';
  /** What waits in it exists nowhere else, so it stays when the stack goes. */
  readonly isRetained?: true;
  /** How long a message may wait before somebody is told; unless set, only dead letters are told of. */
  readonly alarmAfterMinutes?: number;
  readonly loss: string;
};

/** Standing rules that put events on a queue. */
export type ListenerRow = {
  readonly name: string;
  /** `default`: the account's own bus, where SES publishes. */
  readonly bus: 'perennial' | 'default';
  readonly pattern: EventPattern;
  readonly queue: QueueName;
  /** Nothing else tells of what it hears: what cannot be delivered goes to the queue's dead letters. */
  readonly isKept?: true;
};

export const queues: Readonly<Record<QueueName, QueueRow>> = {
  inputs: {
    maxReceives: 50,
    isRetained: true,
    alarmAfterMinutes: 15,
    loss: 'Accepted leads and events are not stored.',
  },
  'profile-reviews': {
    maxReceives: 10,
    loss: 'People are late in segments ruled by the calendar.',
  },
  'segment-passes': {
    maxReceives: 10,
    alarmAfterMinutes: 60,
    loss: 'A new or changed segment stays "building".',
  },
  nights: {
    maxReceives: 10,
    alarmAfterMinutes: 180,
    loss: 'The sizes of segments are not recorded for a day, and RFM scores go by older borders.',
  },
  'list-changes': {
    maxReceives: 50,
    isRetained: true,
    alarmAfterMinutes: 30,
    loss: 'People of an accepted upload are not in the list, or still in it.',
  },
  runs: {
    maxReceives: 20,
    fedBy: 'schedules',
    loss: 'A campaign did not start, resume or complete.',
  },
  audiences: { maxReceives: 20, loss: 'A part of an audience gets no message.' },
  triggers: {
    maxReceives: 20,
    fedBy: 'listeners',
    alarmAfterMinutes: 30,
    loss: 'Events did not start their campaigns.',
  },
  enrolments: { maxReceives: 10, loss: 'Delayed messages are late.' },
  emails: {
    maxReceives: 20,
    alarmAfterMinutes: 30,
    loss: 'Emails are late; the minute tick hands them out again.',
  },
  texts: {
    maxReceives: 20,
    alarmAfterMinutes: 30,
    loss: 'SMS are late; the minute tick hands them out again.',
  },
  pushes: {
    maxReceives: 20,
    alarmAfterMinutes: 30,
    loss: 'Push messages are late; the minute tick hands them out again.',
  },
  webhooks: {
    maxReceives: 20,
    alarmAfterMinutes: 30,
    loss: 'Webhooks are late; the minute tick hands them out again.',
  },
  'inbound-texts': {
    maxReceives: 50,
    isRetained: true,
    alarmAfterMinutes: 15,
    loss: 'People who sent STOP are still sent texts, and answers are not recorded.',
  },
  messages: { maxReceives: 10, loss: 'Deferred messages are late.' },
  'email-events': {
    maxReceives: 20,
    alarmAfterMinutes: 30,
    loss: 'Bounces, complaints, opens or clicks are not recorded.',
  },
  'link-visits': {
    maxReceives: 20,
    alarmAfterMinutes: 30,
    loss: 'Clicks on links are not recorded.',
  },
  conversions: {
    maxReceives: 20,
    fedBy: 'listeners',
    loss: 'Conversions are missing from reports.',
  },
  canary: { maxReceives: 5, loss: 'Nobody watches whether leads come through.' },
};

/**
 * Rules for campaigns' events and goals are made at launch, one per event name; these always stand.
 * The account's own bus tells of all its mail: ours is what was sent with our configuration set.
 */
export const standingListeners = (configurationSet: string): readonly ListenerRow[] => [
  {
    name: 'email-events',
    bus: 'default',
    pattern: {
      source: ['aws.ses'],
      detail: { mail: { tags: { 'ses:configuration-set': [configurationSet] } } },
    },
    queue: 'email-events',
    isKept: true,
  },
  {
    name: 'canary',
    bus: 'perennial',
    pattern: { source: ['perennial'], 'detail-type': [canaryEvent] },
    queue: 'canary',
  },
];
