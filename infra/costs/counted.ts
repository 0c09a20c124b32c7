// biome-ignore-all format: figures that belong together stand in one line.
import type { PartialRequests } from './requests.ts';

/**
 * What each piece of work asks of AWS, as counted in the local world. Written by
 * `node test/support/recount.ts`; tests hold it equal to what is counted now.
 */
export const counted = {
  newLead: {
    tableRequests: 4, readUnits: 3, queueRequests: 3, busEvents: 3, apiRequests: 1, writeUnits: { profiles: 2, timeline: 6, marketing: 4 },
    functions: {
      'functions/http/public.ts': { invocations: 1, calls: 2 },
      'functions/tracking/ingest-inputs.ts': { invocations: 1, calls: 3 },
      'functions/tracking/publish-timeline.ts': { invocations: 1, calls: 1 },
    },
    storedBytes: { '35': 140, always: 1554 },
  },
  knownLead: {
    tableRequests: 5, readUnits: 4, queueRequests: 3, busEvents: 1, apiRequests: 1, writeUnits: { profiles: 2, timeline: 2, marketing: 2 },
    functions: {
      'functions/http/public.ts': { invocations: 1, calls: 2 },
      'functions/tracking/ingest-inputs.ts': { invocations: 1, calls: 4 },
      'functions/tracking/publish-timeline.ts': { invocations: 1, calls: 1 },
    },
    storedBytes: { '35': 146, always: 367 },
  },
  event: {
    tableRequests: 5, readUnits: 4, queueRequests: 3, busEvents: 1, apiRequests: 1, writeUnits: { profiles: 2, timeline: 2, marketing: 2 },
    functions: {
      'functions/http/public.ts': { invocations: 1, calls: 2 },
      'functions/tracking/ingest-inputs.ts': { invocations: 1, calls: 4 },
      'functions/tracking/publish-timeline.ts': { invocations: 1, calls: 1 },
    },
    storedBytes: { '35': 138, always: 297 },
  },
  membership: {
    busEvents: 1, writeUnits: { timeline: 2, marketing: 2 },
    storedBytes: { always: 450 },
  },
  firstDueMembership: {
    busEvents: 1, writeUnits: { profiles: 1, timeline: 2, marketing: 2 },
    storedBytes: { always: 661 },
  },
  tick: {
    tableRequests: 52, readUnits: 26.5,
    functions: {
      'functions/time/sweep-due-slots.ts': { invocations: 1, calls: 52 },
    },
  },
  dueReview: {
    tableRequests: 15, readUnits: 10.5, queueRequests: 3, busEvents: 1, writeUnits: { profiles: 4, timeline: 2, marketing: 5 },
    functions: {
      'functions/segments/review-profiles.ts': { invocations: 1, calls: 13 },
      'functions/time/sweep-due-slots.ts': { calls: 3 },
      'functions/tracking/publish-timeline.ts': { invocations: 1, calls: 1 },
    },
    storedBytes: { always: 220 },
  },
  canaryBeat: {
    tableRequests: 5, readUnits: 4, queueRequests: 6, busEvents: 1, apiRequests: 1, writeUnits: { profiles: 2, timeline: 2, marketing: 2 },
    functions: {
      'functions/canary/post-canary.ts': { invocations: 1, calls: 1 },
      'functions/http/public.ts': { invocations: 1, calls: 2 },
      'functions/tracking/ingest-inputs.ts': { invocations: 1, calls: 4 },
      'functions/tracking/publish-timeline.ts': { invocations: 1, calls: 1 },
      'functions/canary/hear-canary.ts': { invocations: 1 },
    },
    storedBytes: { '7': 235, '35': 158 },
  },
  floodLead: {
    tableRequests: 2.02, readUnits: 2.01, queueRequests: 1.2, busEvents: 3, apiRequests: 1, writeUnits: { profiles: 2, timeline: 6, marketing: 4 },
    functions: {
      'functions/http/public.ts': { invocations: 1, calls: 2 },
      'functions/tracking/ingest-inputs.ts': { invocations: 0.01, calls: 1.02 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.03, calls: 0.3 },
    },
    storedBytes: { '35': 144.9, always: 1563.8 },
  },
  triggeredEmail: {
    tableRequests: 29, readUnits: 23, queueRequests: 9, fairMessages: 1, busEvents: 1, emailEvents: 1, emails: 1, writeUnits: { timeline: 1, marketing: 7 },
    functions: {
      'functions/campaigns/start-from-event.ts': { invocations: 1, calls: 16 },
      'functions/deliverability/record-email-events.ts': { invocations: 1, calls: 1 },
      'functions/messaging/send-emails.ts': { invocations: 1, calls: 14 },
      'functions/tracking/publish-timeline.ts': { invocations: 1, calls: 1 },
    },
    storedBytes: { '30': 180, always: 1248 },
  },
  visit: {
    tableRequests: 7, readUnits: 3, queueRequests: 6, busEvents: 1, apiRequests: 1, writeUnits: { timeline: 1, marketing: 3 },
    functions: {
      'functions/http/public.ts': { invocations: 1, calls: 1 },
      'functions/tracking/record-visits.ts': { invocations: 2, calls: 8 },
      'functions/tracking/publish-timeline.ts': { invocations: 1, calls: 1 },
    },
    storedBytes: { always: 764 },
  },
  conversion: {
    tableRequests: 5, readUnits: 4, queueRequests: 3, writeUnits: { marketing: 1 },
    functions: {
      'functions/reporting/record-conversions.ts': { invocations: 1, calls: 5 },
    },
    storedBytes: { '35': 2, always: 134 },
  },
  adminRead: {
    tableRequests: 22, readUnits: 22, apiRequests: 1,
    functions: {
      'functions/http/admin.ts': { invocations: 1, calls: 22 },
    },
  },
  run: {
    tableRequests: 549, readUnits: 319.1, queueRequests: 106.3, fairMessages: 30.3, apiRequests: 2, writeUnits: { marketing: 87.7 },
    functions: {
      'functions/campaigns/expand-audience.ts': { invocations: 16, calls: 166.7 },
      'functions/campaigns/run-campaign.ts': { invocations: 4, calls: 52 },
      'functions/deliverability/record-email-events.ts': { invocations: 6.7 },
      'functions/http/admin.ts': { invocations: 2, calls: 34.7 },
      'functions/messaging/send-emails.ts': { invocations: 16, calls: 166 },
      'functions/time/sweep-due-slots.ts': { invocations: 3, calls: 165 },
      'functions/tracking/publish-timeline.ts': { invocations: 4.3, calls: 3.2 },
    },
    storedBytes: { '30': 2594.3, always: 4905.3 },
  },
  email: {
    tableRequests: 5.07, readUnits: 6.169, queueRequests: 1.187, fairMessages: 0.017, busEvents: 1, emailEvents: 1, emails: 1, writeUnits: { timeline: 1, marketing: 5.033 },
    functions: {
      'functions/campaigns/expand-audience.ts': { calls: 0.993 },
      'functions/deliverability/record-email-events.ts': { invocations: 0.093, calls: 1 },
      'functions/http/admin.ts': { calls: -0.007 },
      'functions/messaging/send-emails.ts': { calls: 3.1 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.007, calls: 0.098 },
    },
    storedBytes: { '30': 3.017, always: 967.917 },
  },
  cappedEmail: {
    tableRequests: 5.083, readUnits: 7.191, queueRequests: 1.187, fairMessages: 0.017, busEvents: 1, emailEvents: 1, emails: 1, writeUnits: { timeline: 1, marketing: 8.033 },
    functions: {
      'functions/campaigns/expand-audience.ts': { calls: 1 },
      'functions/deliverability/record-email-events.ts': { invocations: 0.093, calls: 1 },
      'functions/messaging/send-emails.ts': { calls: 3.1 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.007, calls: 0.098 },
    },
    storedBytes: { '30': 3.017, always: 1212.872 },
  },
  sms: {
    tableRequests: 9.083, readUnits: 6.226, queueRequests: 0.033, fairMessages: 0.017, busEvents: 1, texts: 1, writeUnits: { timeline: 1, marketing: 7 },
    functions: {
      'functions/campaigns/expand-audience.ts': { calls: 1 },
      'functions/messaging/send-texts.ts': { invocations: 0.017, calls: 9.083 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.007, calls: 0.097 },
    },
    storedBytes: { '30': 415.111, always: 915.996 },
  },
  webhook: {
    tableRequests: 4.42, readUnits: 3.363, queueRequests: 0.033, fairMessages: 0.017, busEvents: 1, webhooks: 1, writeUnits: { timeline: 1, marketing: 5.101 },
    functions: {
      'functions/campaigns/expand-audience.ts': { calls: 1 },
      'functions/messaging/send-webhooks.ts': { invocations: 0.017, calls: 4.42 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.007, calls: 0.097 },
    },
    storedBytes: { '30': 18.301, always: 968.107 },
  },
  delivery: {
    tableRequests: 3, readUnits: 1, queueRequests: 1.2, busEvents: 1, emailEvents: 1, writeUnits: { timeline: 1, marketing: 1 },
    functions: {
      'functions/deliverability/record-email-events.ts': { invocations: 0.1, calls: 3 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.04, calls: 0.1 },
    },
    storedBytes: { always: 418 },
  },
  open: {
    tableRequests: 5, readUnits: 2, queueRequests: 1.2, busEvents: 1, emailEvents: 1, writeUnits: { timeline: 1, marketing: 2 },
    functions: {
      'functions/deliverability/record-email-events.ts': { invocations: 0.1, calls: 5 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.04, calls: 0.1 },
    },
    storedBytes: { always: 665 },
  },
  click: {
    tableRequests: 4, readUnits: 2, queueRequests: 1.2, busEvents: 1, emailEvents: 1, writeUnits: { timeline: 1, marketing: 1 },
    functions: {
      'functions/deliverability/record-email-events.ts': { invocations: 0.1, calls: 4 },
      'functions/tracking/publish-timeline.ts': { invocations: 0.04, calls: 0.1 },
    },
    storedBytes: { always: 491 },
  },
  report: {
    tableRequests: 18, readUnits: 22, apiRequests: 1,
    functions: {
      'functions/http/admin.ts': { invocations: 1, calls: 18 },
    },
  },
  reportPerThousand: {
    readUnits: 107.778,
  },
  pass: {
    tableRequests: 108, readUnits: 201, queueRequests: 17, apiRequests: 1, writeUnits: { marketing: 40 },
    functions: {
      'functions/http/admin.ts': { invocations: 1, calls: 32 },
      'functions/segments/pass-over-profiles.ts': { invocations: 8, calls: 77 },
    },
    storedBytes: { '7': 1296, always: 1735 },
  },
  passPerThousand: {
    readUnits: 86.364,
    storedBytes: { '7': 13.636, always: 7.273 },
  },
  night: {
    tableRequests: 163, readUnits: 132, queueRequests: 3, writeUnits: { marketing: 11 },
    functions: {
      'functions/time/sweep-due-slots.ts': { invocations: 1, calls: 55 },
      'functions/segments/begin-night.ts': { invocations: 1, calls: 109 },
    },
    storedBytes: { always: 804 },
  },
  nightPerSegment: {
    tableRequests: 18, readUnits: 18, writeUnits: { marketing: 1 },
    functions: {
      'functions/segments/begin-night.ts': { calls: 18 },
    },
    storedBytes: { always: 154.5 },
  },
  nightPerThousandMembers: {
    readUnits: 13.525,
  },
} as const satisfies Readonly<Record<string, PartialRequests>>;

/** A piece of work that is counted. */
export type Activity = keyof typeof counted;
