import * as z from 'zod';
import { emailOf } from './cdnow.ts';
import type { AdminApi } from './demo-data.ts';
import { ask } from './http-api.ts';
import { orderCall, postBatch } from './load-history.ts';
import { drawnBetween, isAmong } from './shares.ts';
import { shopUrl } from './win-back.ts';

/** How recipients are played: which share of whom. Some order too late for the campaign's goal. */
export const playedShares = {
  bounces: { share: 0.04, of: 'emails sent', what: 'the mailbox is gone' },
  opens: { share: 0.5, of: 'those delivered', what: 'open it within four days' },
  clicks: { share: 0.5, of: 'those who opened', what: 'click its link' },
  unsubscribes: { share: 0.08, of: 'those who opened', what: 'unsubscribe with one click' },
  complains: { share: 0.06, of: 'those who opened', what: 'call it spam' },
  orders: { share: 0.6, of: 'those who clicked', what: 'order within 17 days' },
} as const;

/** Days after sending on which people open, and days from the click to the order. */
const opensOnDay = [0, 3] as const;
const orderAfterDays = [0, 17] as const;
const orderCents = [999, 6999] as const;

export const playedDays = opensOnDay[1] + orderAfterDays[1] + 1;

/** Three hours into a day, so that nothing happens on the instant of the sending. */
const hoursIntoDay = 3;

const sentSchema = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.string()),
  at: z.string(),
});
export type SentEmail = z.infer<typeof sentSchema>;

/** Everything that was sent, as the local world's outbox has it. */
export const sentEmails = async (api: AdminApi): Promise<readonly SentEmail[]> =>
  z.array(sentSchema).parse(await ask(api, 'GET /local/outbox'));

/** What was played, to hold the report against. */
export type Played = {
  bounces: number;
  complaints: number;
  opens: number;
  clicks: number;
  unsubscribes: number;
  orders: { readonly customer: string; readonly at: string; readonly cents: number }[];
};

type Stage = { readonly api: AdminApi; readonly writeKey: string };

/** Plays the recipients day by day and leaves the clock at the end of the last day. */
export async function playRecipients(emails: readonly SentEmail[], stage: Stage): Promise<Played> {
  const played: Played = {
    bounces: 0,
    complaints: 0,
    opens: 0,
    clicks: 0,
    unsubscribes: 0,
    orders: [],
  };
  let now = await advanceClock(stage.api, `PT${hoursIntoDay}H`);
  for (let day = 0; day < playedDays; day += 1) {
    for (const email of emails) await playDay({ day, now }, email, { ...stage, played });
    now = await advanceClock(stage.api, 'P1D');
  }
  return played;
}

const clockSchema = z.object({ now: z.string() });

/** Moves the local world's clock on, with everything due on the way, and answers where it stands. */
export const advanceClock = async (api: AdminApi, by: string): Promise<string> =>
  clockSchema.parse(await ask(api, 'POST /local/clock', { body: { advance: by } })).now;

async function playDay(
  { day, now }: { readonly day: number; readonly now: string },
  email: SentEmail,
  { api, writeKey, played }: Stage & { readonly played: Played },
): Promise<void> {
  const will = planOf(email.to);
  const feedback = (type: string, more: object = {}): Promise<unknown> =>
    ask(api, 'POST /local/feedback', { body: { message: email.id, type, ...more } });
  if (day === 0) await feedback(will.bounces ? 'bounce' : 'delivery');
  if (day === 0 && will.bounces) played.bounces += 1;
  if (will.opensOn === day) {
    await feedback('open');
    played.opens += 1;
    if (will.clicks) {
      await feedback('click', { link: shopUrl });
      played.clicks += 1;
    }
    if (will.complains) {
      await feedback('complaint');
      played.complaints += 1;
    }
    if (will.unsubscribes) {
      await ask(api, `POST ${unsubscribePath(email)}`);
      played.unsubscribes += 1;
    }
  }
  if (will.ordersOn === day) {
    const customer = customerOf(email);
    const order = { customer, id: `${customer}-back`, cds: 1, cents: will.cents };
    // Without a timestamp: it happens now.
    await postBatch(api, writeKey, [orderCall(order, undefined)]);
    played.orders.push({ customer, at: now, cents: will.cents });
  }
}

/** What one person does, and on which day after the sending; undefined: never. */
function planOf(person: string) {
  const among = (share: keyof typeof playedShares): boolean =>
    isAmong(playedShares[share].share, share, person);
  const bounces = among('bounces');
  const opens = !bounces && among('opens');
  const clicks = opens && among('clicks');
  const opensOn = drawnBetween(opensOnDay, 'day of opening', person);
  const ordersOn = opensOn + drawnBetween(orderAfterDays, 'day of ordering', person);
  return {
    bounces,
    opensOn: opens ? opensOn : undefined,
    clicks,
    unsubscribes: opens && among('unsubscribes'),
    complains: opens && among('complains'),
    ordersOn: clicks && among('orders') ? ordersOn : undefined,
    cents: drawnBetween(orderCents, 'cents', person),
  };
}

const customerOf = ({ to }: SentEmail): string => {
  const customer = to.replace(/^customer-(\d+)@.*$/, '$1');
  if (emailOf(customer) !== to) throw new Error(`${to} is no customer of the file.`);
  return customer;
};

/** RFC 8058's one click: the link that mail programs use. */
function unsubscribePath({ headers, id }: SentEmail): `/${string}` {
  const url = /<(https?:[^>]+)>/.exec(headers['List-Unsubscribe'] ?? '')?.[1];
  if (url === undefined) throw new Error(`Message ${id} has no way to unsubscribe.`);
  return `/${new URL(url).pathname.slice(1)}`;
}
