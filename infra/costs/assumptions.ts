import * as z from 'zod';
import { functions } from '../manifest.ts';

/** Months have 30.44 days: a year's twelfth. */
export const daysPerMonth = 365.25 / 12;
export const minutesPerMonth = daysPerMonth * 1440;
export const secondsPerMonth = minutesPerMonth * 60;

const share = z.number().min(0).max(1);
const count = z.number().min(0);

/** What is not counted but assumed. Each can be given otherwise: `npm run costs -- --open-rate 0.2`. */
export const assumptionsSchema = z.strictObject({
  leadsPerProfile: count.default(0.05).describe('new people a month, for each person known'),
  formsPerProfile: count.default(0.1).describe('leads a month of people who are known'),
  eventsPerProfile: count.default(10).describe('tracked events a month'),
  changesPerEvent: count.default(0.2).describe('memberships that change by an event'),
  reviewsPerProfile: count
    .default(0.2)
    .describe('times a month that the calendar changes something'),
  segments: count.default(30).describe('segments'),
  segmentsPerProfile: count.default(4).describe('segments a person is in'),
  passes: count.default(10).describe('new or changed segments a month: each asks everybody'),
  runs: count.default(12).describe('campaign runs a month'),
  reportsPerRun: count.default(20).describe('reports looked at, of the whole run each'),
  adminRequests: count.default(5_000).describe('other requests of marketers a month'),
  triggeredShare: share
    .default(0.1)
    .describe('emails that an event sets off, the rest goes out in runs'),
  cappedShare: share.default(1).describe('emails in runs that count against a frequency cap'),
  deliveryRate: share.default(0.98).describe('emails that SES reports as delivered'),
  openRate: share.default(0.35).describe('emails that are opened, by people or machines'),
  clickRate: share.default(0.03).describe('emails in which a link is followed'),
  conversionRate: share.default(0.005).describe('emails that bring their goal about'),
  emailKb: count.default(30).describe('KB of an email'),
  texts: count.default(0).describe('SMS a month; what carriers charge is not among the prices'),
  webhooks: count.default(0).describe('webhooks a month'),
  monthsKept: count.default(12).describe('months of history in the tables'),
  callMs: count
    .default(8)
    .describe('ms that a function waits for an answer of a table, queue or bus'),
  invocationMs: count
    .default(5)
    .describe('ms of an invocation besides, on its share of a processor'),
  emailCallMs: count.default(200).describe('ms that SES takes for a call of up to 50 emails'),
  sendMs: count.default(150).describe('ms that SNS or a webhook takes for one message'),
  coldShare: share.default(0.01).describe('invocations that start cold'),
  coldMs: count.default(400).describe('ms of a cold start, which are billed'),
  passMs: count.default(60).describe('ms to ask a thousand people a segment’s rule'),
  logBytes: count.default(600).describe('bytes that Lambda logs of an invocation'),
  accessLogBytes: count.default(260).describe('bytes that the API logs of a request'),
  answerBytes: count
    .default(500)
    .describe('bytes of an answer of the public API, headers included'),
  tracing: share.default(1).describe('1: X-Ray as deployed; 0: switched off'),
});

export type Assumptions = z.infer<typeof assumptionsSchema>;

/** What goes on for as long as the stack stands. Held equal to the template by a test in test/infra. */
export const standing = {
  alarms: 79,
  secrets: 1,
  dashboards: 1,
  /** Queues with a reader: each is asked five times at once, for 20 s, also when it is empty. */
  polledQueues: functions.filter(({ trigger }) => trigger.kind === 'queue').length,
  /** How late due things are, how long the canary took, emails sent; and six of the stream's reader, which CloudWatch may charge as our own. */
  metrics: 9,
} as const;

/** Requests a month of Lambda's long polls of one empty queue; fewer with no maximum concurrency. */
export const pollsPerQueue = (5 * secondsPerMonth) / 20;

/** Times a month that the canary posts its lead. */
export const canaryBeats = minutesPerMonth / 5;
