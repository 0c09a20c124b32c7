import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCdnow } from '../../infra/commands/cdnow.ts';
import { type AdminApi, makeSource } from '../../infra/commands/demo-data.ts';
import { httpApi } from '../../infra/commands/http-api.ts';
import { postHistory } from '../../infra/commands/load-history.ts';
import { advanceClock, playRecipients, sentEmails } from '../../infra/commands/play-recipients.ts';
import { textTable } from '../../infra/commands/text-table.ts';
import {
  funnelOf,
  launchWinBack,
  makeSegments,
  segmentSizes,
  untilWinBack,
  winBackReport,
} from '../../infra/commands/win-back.ts';
import { ask, modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes.slice(0, 2))(
  'eighteen months of orders and a campaign, hostile %s',
  (hostile) => {
    let world: Awaited<ReturnType<typeof aWorld>>;
    let story: Awaited<ReturnType<typeof theStory>>;
    beforeAll(async () => {
      world = await aWorld({ clock: '1998-07-01T00:00:00Z', hostile });
      story = await theStory(world, hostile);
    });
    afterAll(() => world.close());

    it('leave exactly those in each segment whom a plain count of the file finds', () => {
      expect(story.sizesAtMidnight).toEqual(plainCount('1998-07-01T00:00:00Z'));
      expect(story.sizesAtMidnight).toEqual({ 'lapsed-best': 101, active: 109, once: 1205 });
    });

    it('count 180 days to the instant: who stood on the border at midnight has lapsed by ten', () => {
      expect(story.sizesAtSending).toEqual(plainCount('1998-07-01T10:00:00Z'));
      expect(story.sizesAtSending['lapsed-best']).toBe(102);
    });

    it('make one profile of each customer, with address and consent', async () => {
      const rule = { attribute: 'email', exists: true };
      const body = { name: 'Everybody', rule };
      await ask(world, 'PUT', '/admin/segments/everybody', { admin: true, body });
      await world.settle();
      const everybody = await ask(world, 'GET', '/admin/segments/everybody', { admin: true });
      const customers = new Set(plainLines.map(({ customer }) => customer)).size;
      expect(everybody.json()).toMatchObject({ state: 'ready', size: customers });
      const one = await ask(world, 'GET', '/admin/profiles?externalId=00004', { admin: true });
      expect(one.json()).toMatchObject({
        identifiers: { externalId: '00004', email: 'customer-00004@example.com' },
        attributes: { firstOrderAt: '1997-01-01' },
        consents: [expect.objectContaining({ topic: 'offers', channel: 'email', given: true })],
      });
      expect(world.deadLetters()).toEqual([]);
      expect(hostile === undefined ? world.failures() : []).toEqual([]);
    });

    it('send to all who have lapsed but those withheld, each for a reason that is told', () => {
      const { report, emails, sizesAtSending } = story;
      const funnel = funnelOf(report);
      expect(report.audience).toBe(sizesAtSending['lapsed-best']);
      expect(sumOf(Object.values(report.states))).toBe(report.audience);
      expect(funnel.withheldFor.map(({ reason }) => reason)).toEqual(['holdout']);
      expect(sumOf(funnel.withheldFor.map(({ people }) => people))).toBe(funnel.withheld);
      expect(funnel.sent + funnel.withheld).toBe(report.audience);
      expect(funnel.sent).toBe(emails.length);
      expect(funnel.sent).toBe(funnel.delivered + funnel.bounced);
      expect(new Set(emails.map(({ to }) => to)).size).toBe(emails.length);
    });

    it('report what recipients did, and as its revenue only orders within 14 days', () => {
      const { report, played } = story;
      const inTime = played.orders.filter(({ at }) => at <= '1998-07-15T10:00:00.000Z');
      const cents = inTime.reduce((sum, order) => sum + order.cents, 0);
      expect(funnelOf(report)).toMatchObject({
        bounced: played.bounces,
        complained: played.complaints,
        opened: played.opens,
        clicked: played.clicks,
        unsubscribed: played.unsubscribes,
        converted: inTime.length,
      });
      expect(report.revenue).toEqual({ USD: cents / 100 });
      expect(inTime.length).toBeGreaterThan(0);
      expect(played.orders.length).toBeGreaterThan(inTime.length);
    });

    it('take those who came back out of the segment, while others lapse meanwhile', () => {
      const cameBack = story.played.orders.map(({ customer, at, cents }) => ({
        customer,
        at: Date.parse(at),
        cents,
      }));
      expect(story.sizesAtEnd).toEqual(plainCount(story.endedAt, cameBack));
      expect(story.sizesAtEnd).not.toEqual(story.sizesAtSending);
    });
  },
);

describe('the tables of the demo', () => {
  it('stand in columns: text to the left, numbers, money and shares to the right', () => {
    const rows = [
      ['lapsed', 1205, '4 %', '10.00 USD'],
      ['once', 7, '12.5 %', ''],
    ];
    expect(textTable(['segment', 'people', '', 'revenue'], rows).split('\n')).toEqual([
      '  segment   people              revenue',
      '  -------   ------   ------   ---------',
      '  lapsed     1,205      4 %   10.00 USD',
      '  once           7   12.5 %',
    ]);
  });
});

/** Who is told that a table is too busy asks again, as anybody does. */
const patient = ({ request }: AdminApi): AdminApi => ({
  request: async (...asked) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await request(...asked);
      if (answer.status < 500 || attempt === 20) return answer;
    }
  },
});

/** The demo from its first request to its last, over the socket. */
async function theStory(world: Awaited<ReturnType<typeof aWorld>>, hostile: number | undefined) {
  const api = patient(httpApi(await world.listen(0), world.adminToken));
  const writeKey = await makeSource(api, 'shop', 'The CD shop');
  await makeSegments(api);
  await postHistory(readCdnow(), { api, writeKey });
  await world.settle();
  const sizesAtMidnight = await segmentSizes(api);
  await launchWinBack(api);
  await advanceClock(api, untilWinBack);
  // What a provider refuses at first is tried again for some time.
  if (hostile !== undefined) await world.advance('PT1H');
  const sizesAtSending = await segmentSizes(api);
  const emails = await sentEmails(api);
  const played = await playRecipients(emails, { api, writeKey });
  const sizesAtEnd = await segmentSizes(api);
  const report = await winBackReport(api);
  const endedAt = world.now();
  return { sizesAtMidnight, sizesAtSending, sizesAtEnd, emails, played, report, endedAt };
}

type PlainOrder = { readonly customer: string; readonly at: number; readonly cents: number };

/** The file once more, read by columns and with none of the demo's own code. */
const plainLines: readonly PlainOrder[] = readFileSync('test/data/cdnow-sample.txt', 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [customer = '', , day = '', , dollars = ''] = line.trim().split(/ +/);
    const date = [day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)].join('-');
    return {
      customer,
      at: Date.parse(`${date}T00:00:00Z`),
      cents: Math.round(Number(dollars) * 100),
    };
  });

const dayMs = 24 * 60 * 60 * 1000;

/** The three segments by a loop. An order is within D while now <= its instant + D. */
function plainCount(iso: string, more: readonly PlainOrder[] = []) {
  const now = Date.parse(iso);
  const sizes = { 'lapsed-best': 0, active: 0, once: 0 };
  const byCustomer = Object.groupBy([...plainLines, ...more], ({ customer }) => customer);
  for (const orders of Object.values(byCustomer)) {
    if (orders === undefined) continue;
    const cents = orders.reduce((sum, order) => sum + order.cents, 0);
    const within = (days: number) => orders.filter(({ at }) => now <= at + days * dayMs).length;
    if (orders.length >= 3 && cents >= 150_00 && within(180) === 0) sizes['lapsed-best'] += 1;
    if (within(90) >= 2) sizes.active += 1;
    if (orders.length === 1) sizes.once += 1;
  }
  return sizes;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
