import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { withheldReasons } from '../../shared/domain/messaging/message.ts';
import type { AdminApi } from './demo-data.ts';
import { askAdmin } from './http-api.ts';

/** Where the history ends and the demo begins: the midnight after its last day. */
export const startOfDemo = '1998-07-01T00:00:00Z';

export const goalDays = 14;
export const holdoutShare = 0.1;

const orders = 'Order Completed';

/** The segments of the demo, by id. */
export const demoSegments = {
  'lapsed-best': {
    name: 'Bought 3+ times and 150 dollars or more in all, but nothing for 180 days',
    rule: {
      all: [
        { did: orders, atLeast: 3 },
        { did: orders, sum: 'total', atLeast: 150 },
        { last: orders, olderThan: 'P180D' },
      ],
    },
  },
  active: {
    name: 'Two orders or more in the last 90 days',
    rule: { did: orders, within: 'P90D', atLeast: 2 },
  },
  once: { name: 'Exactly one order ever', rule: { did: orders, equals: 1 } },
} as const;

export type DemoSegment = keyof typeof demoSegments;
export const demoSegmentIds = Object.keys(demoSegments) as DemoSegment[]; // its own keys

/** Saves the three segments and waits until they are ready. */
export async function makeSegments(api: AdminApi): Promise<void> {
  for (const id of demoSegmentIds) {
    await askAdmin(api, `PUT /admin/segments/${id}`, demoSegments[id]);
  }
  for (const id of demoSegmentIds) {
    while ((await readSegment(api, id)).state !== 'ready') await pause(20);
  }
}

const segmentSchema = z.object({ size: z.number(), state: z.string() });

const readSegment = async (api: AdminApi, id: DemoSegment) =>
  segmentSchema.parse(await askAdmin(api, `GET /admin/segments/${id}`));

/** How many people are in each segment now. */
export async function segmentSizes(api: AdminApi): Promise<Record<DemoSegment, number>> {
  const sizes = { 'lapsed-best': 0, active: 0, once: 0 };
  for (const id of demoSegmentIds) sizes[id] = (await readSegment(api, id)).size;
  return sizes;
}

/** Makes and launches the campaign to `lapsed-best`: it goes out at ten in the morning. */
export async function launchWinBack(api: AdminApi): Promise<void> {
  await askAdmin(api, 'PUT /admin/topics/offers', { name: 'Offers and news' });
  await askAdmin(api, 'PUT /admin/templates/win-back', template);
  await askAdmin(api, 'PUT /admin/campaigns/win-back', campaign);
  await askAdmin(api, 'POST /admin/campaigns/win-back/launch');
}

/** From the start of the demo until the campaign goes out. */
export const untilWinBack = 'PT10H';

const campaign = {
  name: 'Win back our best customers',
  kind: 'marketing',
  topic: 'offers',
  audience: { include: ['lapsed-best'], exclude: [] },
  schedule: { at: '1998-07-01T10:00', timeZone: 'UTC' },
  message: { channel: 'email', template: 'win-back' },
  holdout: holdoutShare,
  goal: { event: orders, within: `P${goalDays}D`, value: 'total' },
};

export const shopUrl = 'https://shop.example/welcome-back';
const since = '{{ profile.attributes.firstOrderAt | date: "%B %Y" }}';

const template = {
  name: 'Win-back',
  channel: 'email',
  subject: 'We have not heard from you for a while',
  html: `<div style="font:16px/1.6 system-ui,sans-serif;max-width:560px;margin:0 auto;padding:32px 24px;color:#1d2420">
  <h1 style="font-size:24px;margin:0 0 16px">It has been a while</h1>
  <p>You have been one of our best customers since ${since}, and we miss you.</p>
  <p>Your next order, placed within ${goalDays} days, ships for free.</p>
  <p><a href="${shopUrl}">See what is new</a></p>
  <p style="color:#667068;font-size:13px;margin-top:40px">You get this because you agreed to offers by email.
  <a href="{{ unsubscribeUrl }}" style="color:#667068">Unsubscribe</a></p>
</div>`,
  text: `It has been a while

You have been one of our best customers since ${since}, and we miss you.
Your next order, placed within ${goalDays} days, ships for free.

See what is new: ${shopUrl}

You get this because you agreed to offers by email.
Unsubscribe: {{ unsubscribeUrl }}`,
};

const reportSchema = z.object({
  audience: z.number(),
  states: z.record(z.string(), z.number()),
  reasons: z.record(z.string(), z.number()),
  opens: z.number(),
  clicks: z.number(),
  unsubscribes: z.number(),
  conversions: z.number(),
  revenue: z.record(z.string(), z.number()),
});
export type WinBackReport = z.infer<typeof reportSchema>;

/** What came of the campaign so far. */
export const winBackReport = async (api: AdminApi): Promise<WinBackReport> =>
  reportSchema.parse(await askAdmin(api, 'GET /admin/campaigns/win-back/report'));

/** How many people came how far; `delivered` counts those who complained, too. */
export function funnelOf({ states, ...report }: WinBackReport) {
  const of = (...names: string[]): number =>
    names.reduce((sum, name) => sum + (states[name] ?? 0), 0);
  // Who complains has got it: a row that was delivered moves on to `complained`.
  const delivered = of('delivered', 'complained');
  const { audience, opens, clicks, unsubscribes, conversions } = report;
  return {
    audience,
    withheld: of('withheld'),
    // Who waits or could not be sent to has a reason too.
    withheldFor: withheldReasons.flatMap((reason) => {
      const people = report.reasons[reason];
      return people === undefined ? [] : [{ reason, people }];
    }),
    sent: delivered + of('accepted', 'bounced', 'rejected'),
    bounced: of('bounced'),
    delivered,
    complained: of('complained'),
    opened: opens,
    unsubscribed: unsubscribes,
    clicked: clicks,
    converted: conversions,
  };
}
