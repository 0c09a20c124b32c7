import type { FunctionRow } from './function-row.ts';

export const functions: readonly FunctionRow[] = [
  {
    file: 'functions/http/public.ts',
    trigger: { kind: 'http', api: 'public' },
    grants: {
      tables: { marketing: 'write', profiles: 'write', timeline: 'write' },
      sendsTo: ['inputs', 'link-visits'],
      secrets: ['link-signing'],
    },
    memoryMb: 512,
    timeoutSeconds: 10,
    loss: 'Websites cannot post leads, and people cannot unsubscribe.',
  },
  {
    file: 'functions/http/admin.ts',
    trigger: { kind: 'http', api: 'admin' },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'read' },
      scans: ['profiles'],
      sendsTo: ['inputs', 'segment-passes', 'list-changes', 'runs', 'emails', 'texts'],
      schedules: true,
      secrets: ['link-signing'],
    },
    // A whole virtual CPU: a preview asks up to 100 000 people within the time of an answer.
    memoryMb: 1769,
    timeoutSeconds: 29,
    loss: 'Marketers cannot work: segments, campaigns and reports do not answer.',
  },
  {
    file: 'functions/tracking/ingest-inputs.ts',
    trigger: { kind: 'queue', queue: 'inputs', batch: 100, windowSeconds: 1, concurrency: 50 },
    grants: {
      tables: { marketing: 'write', profiles: 'write', timeline: 'write' },
    },
    memoryMb: 1024,
    timeoutSeconds: 60,
    loss: 'Leads and behaviour wait in the queue: nobody enters a segment, nothing is started.',
  },
  {
    file: 'functions/tracking/publish-timeline.ts',
    trigger: { kind: 'stream', table: 'timeline', batch: 100 },
    grants: { bus: true },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'What people do starts no campaign; after 24 hours it must be republished by hand.',
  },
  {
    file: 'functions/tracking/republish-timeline.ts',
    trigger: { kind: 'invoke' },
    grants: { tables: { timeline: 'read' }, scans: ['timeline'], bus: true },
    memoryMb: 512,
    timeoutSeconds: 900,
    loss: 'Events that were not published cannot be published again.',
  },
  {
    file: 'functions/time/sweep-due-slots.ts',
    trigger: { kind: 'minute' },
    grants: {
      tables: { profiles: 'read', marketing: 'write' },
      sendsTo: ['profile-reviews', 'messages', 'enrolments', 'runs', 'segment-passes', 'nights'],
    },
    memoryMb: 256,
    timeoutSeconds: 50,
    loss: 'Time stands still: nobody enters or leaves a segment by the calendar, nothing deferred is sent.',
  },
  {
    file: 'functions/segments/review-profiles.ts',
    trigger: {
      kind: 'queue',
      queue: 'profile-reviews',
      batch: 1,
      windowSeconds: 0,
      concurrency: 8,
    },
    grants: {
      tables: { profiles: 'write', marketing: 'write', timeline: 'write' },
      sendsTo: ['profile-reviews'],
    },
    memoryMb: 1024,
    timeoutSeconds: 60,
    loss: 'People do not enter or leave segments when their time comes.',
  },
  {
    file: 'functions/segments/pass-over-profiles.ts',
    trigger: { kind: 'queue', queue: 'segment-passes', batch: 1, windowSeconds: 0, concurrency: 8 },
    grants: {
      tables: { profiles: 'write', marketing: 'write', timeline: 'write' },
      scans: ['profiles'],
      sendsTo: ['segment-passes'],
    },
    memoryMb: 1024,
    timeoutSeconds: 120,
    settles: true,
    loss: 'New and changed segments stay "building" and are not used.',
  },
  {
    file: 'functions/segments/begin-night.ts',
    trigger: { kind: 'queue', queue: 'nights', batch: 1, windowSeconds: 0, concurrency: 2 },
    grants: {
      tables: { marketing: 'write' },
      sendsTo: ['nights', 'segment-passes'],
    },
    // A whole processor: 100 million members are counted within one try.
    memoryMb: 1792,
    timeoutSeconds: 900,
    loss: 'The sizes of segments are not recorded for a day, and RFM scores go by older borders.',
  },
  {
    file: 'functions/lists/change-static-list-members.ts',
    trigger: { kind: 'queue', queue: 'list-changes', batch: 1, windowSeconds: 0, concurrency: 8 },
    grants: {
      tables: { profiles: 'write', marketing: 'write', timeline: 'write' },
      sendsTo: ['list-changes'],
    },
    memoryMb: 1024,
    timeoutSeconds: 60,
    loss: 'Uploads to static lists wait: people are not in the segments that use them.',
  },
  {
    file: 'functions/campaigns/run-campaign.ts',
    trigger: { kind: 'queue', queue: 'runs', batch: 1, windowSeconds: 0, concurrency: 4 },
    grants: {
      tables: { marketing: 'write' },
      sendsTo: ['runs', 'audiences', 'emails', 'texts', 'pushes', 'webhooks'],
      schedules: true,
    },
    // A whole virtual CPU: all rows of a run are gone through to choose a winner, and to complete it.
    memoryMb: 1769,
    timeoutSeconds: 120,
    loss: 'Campaigns do not start, resume or complete.',
  },
  {
    file: 'functions/campaigns/expand-audience.ts',
    trigger: { kind: 'queue', queue: 'audiences', batch: 1, windowSeconds: 0, concurrency: 16 },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'write' },
      sendsTo: ['audiences', 'emails', 'texts', 'pushes', 'webhooks'],
    },
    memoryMb: 1024,
    timeoutSeconds: 120,
    loss: 'Campaigns that have started reach nobody.',
  },
  {
    file: 'functions/campaigns/start-from-event.ts',
    trigger: { kind: 'queue', queue: 'triggers', batch: 10, windowSeconds: 0, concurrency: 20 },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'write' },
      sendsTo: ['emails', 'texts', 'pushes', 'webhooks'],
    },
    memoryMb: 1024,
    timeoutSeconds: 60,
    loss: 'Event campaigns (welcome, abandoned cart) do not start.',
  },
  {
    file: 'functions/campaigns/end-delays.ts',
    trigger: { kind: 'queue', queue: 'enrolments', batch: 1, windowSeconds: 0, concurrency: 8 },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'write' },
      sendsTo: ['enrolments', 'emails', 'texts', 'pushes', 'webhooks'],
    },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'Delayed messages of event campaigns do not go out.',
  },
  {
    file: 'functions/messaging/send-emails.ts',
    trigger: { kind: 'queue', queue: 'emails', batch: 10, windowSeconds: 1, concurrency: 10 },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'write' },
      sendsTo: ['emails'],
      email: true,
      secrets: ['link-signing'],
    },
    memoryMb: 1024,
    timeoutSeconds: 60,
    loss: 'No email goes out.',
  },
  {
    file: 'functions/messaging/send-texts.ts',
    trigger: { kind: 'queue', queue: 'texts', batch: 1, windowSeconds: 0, concurrency: 5 },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'write' },
      sendsTo: ['texts'],
      text: true,
      secrets: ['link-signing'],
    },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'No SMS goes out.',
  },
  {
    file: 'functions/messaging/send-pushes.ts',
    trigger: { kind: 'queue', queue: 'pushes', batch: 1, windowSeconds: 0, concurrency: 5 },
    grants: {
      // A device that is gone is taken off the person.
      tables: { marketing: 'write', profiles: 'write', timeline: 'write' },
      sendsTo: ['pushes'],
      push: true,
      secrets: ['link-signing'],
    },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'No push message goes out.',
  },
  {
    file: 'functions/messaging/send-webhooks.ts',
    trigger: { kind: 'queue', queue: 'webhooks', batch: 1, windowSeconds: 0, concurrency: 5 },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'write' },
      sendsTo: ['webhooks'],
      webhook: true,
      secrets: ['link-signing'],
    },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'No webhook is called.',
  },
  {
    file: 'functions/messaging/record-inbound-texts.ts',
    trigger: { kind: 'queue', queue: 'inbound-texts', batch: 10, windowSeconds: 0, concurrency: 5 },
    grants: { tables: { marketing: 'write', profiles: 'write', timeline: 'write' } },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'People who send STOP are still sent texts, and answers are not recorded.',
  },
  {
    file: 'functions/messaging/wake-messages.ts',
    trigger: { kind: 'queue', queue: 'messages', batch: 1, windowSeconds: 0, concurrency: 8 },
    grants: {
      tables: { marketing: 'write', profiles: 'read', timeline: 'read' },
      sendsTo: ['messages', 'emails', 'texts', 'pushes', 'webhooks'],
    },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'Deferred messages are not sent, and messages cut off by a crash are not settled.',
  },
  {
    file: 'functions/tracking/record-visits.ts',
    trigger: { kind: 'queue', queue: 'link-visits', batch: 10, windowSeconds: 0, concurrency: 10 },
    grants: { tables: { marketing: 'write', timeline: 'write' }, sendsTo: ['link-visits'] },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'Clicks are missing from reports and timelines; links lead on all the same.',
  },
  {
    file: 'functions/deliverability/record-email-events.ts',
    trigger: { kind: 'queue', queue: 'email-events', batch: 10, windowSeconds: 0, concurrency: 20 },
    grants: { tables: { marketing: 'write', timeline: 'write' }, sendsTo: ['runs'] },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'Bounces and complaints do not suppress addresses: the sender reputation is at risk.',
  },
  {
    file: 'functions/deliverability/record-text-statuses.ts',
    trigger: { kind: 'logs' },
    grants: { tables: { marketing: 'write', timeline: 'write' } },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'Whether SMS arrived, and what they cost, is not recorded.',
  },
  {
    file: 'functions/reporting/record-conversions.ts',
    trigger: { kind: 'queue', queue: 'conversions', batch: 10, windowSeconds: 0, concurrency: 10 },
    grants: { tables: { marketing: 'write', timeline: 'read' } },
    memoryMb: 512,
    timeoutSeconds: 60,
    loss: 'Reports miss conversions and revenue.',
  },
  {
    file: 'functions/canary/post-canary.ts',
    trigger: { kind: 'rate', minutes: 5 },
    grants: { tables: { marketing: 'write' }, publicApi: true, secrets: ['link-signing'] },
    memoryMb: 256,
    timeoutSeconds: 30,
    loss: 'Websites may be losing their leads, or nobody watches whether they do.',
  },
  {
    file: 'functions/canary/hear-canary.ts',
    trigger: { kind: 'queue', queue: 'canary', batch: 10, windowSeconds: 0, concurrency: 2 },
    grants: {},
    memoryMb: 256,
    timeoutSeconds: 10,
    loss: 'Nobody watches whether leads come through.',
  },
];

/** Seconds after which no function begun before can still be writing: the longest timeout of those that decide about people. */
export const rulesSettleSeconds = Math.max(
  ...functions
    .filter((row) => row.grants.tables?.profiles === 'write')
    .map((row) => row.timeoutSeconds),
);
