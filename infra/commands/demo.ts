/**
 * `npm run demo`: eighteen months of a shop's real orders become profiles and segments, and its best
 * customers who stayed away get a campaign. The orders are CDNOW's, the 1/10 sample that Peter Fader
 * and Bruce Hardie published with "Forecasting Repeat Sales at CDNOW: A Case Study", Interfaces 31
 * (2001). What recipients do is played: shares drawn from a seed, as play-recipients.ts states them.
 * Who is held out differs from run to run, for profile ids are random.
 */
import { performance } from 'node:perf_hooks';
import { openWorld, type World } from '../local/world.ts';
import { readCdnow } from './cdnow.ts';
import { type AdminApi, makeSource } from './demo-data.ts';
import { httpApi } from './http-api.ts';
import { postHistory } from './load-history.ts';
import { mayRun } from './no-options.ts';
import {
  advanceClock,
  type Played,
  playedDays,
  playedShares,
  playRecipients,
  type SentEmail,
  sentEmails,
} from './play-recipients.ts';
import { progressLine } from './progress-line.ts';
import { textTable } from './text-table.ts';
import {
  type DemoSegment,
  demoSegmentIds,
  demoSegments,
  funnelOf,
  goalDays,
  holdoutShare,
  launchWinBack,
  makeSegments,
  segmentSizes,
  startOfDemo,
  untilWinBack,
  type WinBackReport,
  winBackReport,
} from './win-back.ts';

async function demo(): Promise<void> {
  const world = await openWorld({
    clock: startOfDemo,
    settings: { timeZone: 'UTC', sender: 'The CD shop <hello@shop.example>' },
    onFailure: ({ at, file, error }) => console.error(`${at} ${file} failed: ${error}`),
  });
  try {
    const url = await world.listen(0);
    const api = httpApi(url, world.adminToken);
    print(`Perennial at ${url}, in memory. Its clock stands at ${instantText(world.now())}.`);
    await tell(world, api);
    const dead = world.deadLetters().length;
    if (dead > 0) throw new Error(`${dead} messages could not be processed.`);
  } finally {
    await world.close();
  }
}

async function tell(world: World, api: AdminApi): Promise<void> {
  const writeKey = await makeSource(api, 'shop', 'The CD shop');
  await makeSegments(api);
  await load(world, { api, writeKey });
  const atMidnight = { at: world.now(), sizes: await segmentSizes(api) };

  heading('A campaign to those who stay away');
  await launchWinBack(api);
  await advanceClock(api, untilWinBack);
  const atSending = { at: world.now(), sizes: await segmentSizes(api) };
  const emails = await sentEmails(api);
  print(`To "lapsed-best" at ${instantText(world.now())}, ${percent(holdoutShare)} held out to`);
  print(`compare with; the goal is an order within ${goalDays} days.`);
  const [first] = emails;
  if (first) printEmail(first);

  heading('What recipients did');
  print(`Played for ${playedDays} days, by shares drawn from a seed:`);
  print();
  print(textTable(['share', 'of', 'do what'], shareRows()));
  const played = await playRecipients(emails, { api, writeKey });
  heading('What came of it');
  printFunnel(await winBackReport(api), played);

  heading('Segments, as time went by');
  const atEnd = { at: world.now(), sizes: await segmentSizes(api) };
  printSegments([atMidnight, atSending, atEnd]);
}

/** Loads the history and says how long it took, from the first request to the last profile. */
async function load(
  world: World,
  loading: { readonly api: AdminApi; readonly writeKey: string },
): Promise<void> {
  heading('Eighteen months of orders');
  const orders = readCdnow();
  const customers = new Set(orders.map(({ customer }) => customer)).size;
  const dollars = orders.reduce((sum, { cents }) => sum + cents, 0) / 100;
  print(`CDNOW, 1 January 1997 to 30 June 1998: ${orders.length.toLocaleString('en-US')} orders`);
  print(`by ${customers.toLocaleString('en-US')} customers for ${money(dollars, 'USD')}.`);
  print(
    'Each gets an address of a reserved domain and is taken to have agreed to offers by email.',
  );
  const progress = progressLine(process.stdout, 'calls accepted');
  const started = performance.now();
  const cpu = process.cpuUsage();
  const calls = await postHistory(orders, { ...loading, onProgress: progress.show });
  const accepted = performance.now();
  progress.end();
  await world.settle();
  const ended = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  print();
  print(
    textTable(
      ['', 'seconds', 'per second'],
      [
        [`${calls.toLocaleString('en-US')} calls accepted`, ...pace(accepted - started, calls)],
        ['all of them on profiles', ...pace(ended - started, calls)],
        ['processor time, client and system', ...pace((user + system) / 1000, calls)],
      ],
    ),
  );
  print();
  printSegments([{ at: world.now(), sizes: await segmentSizes(loading.api) }]);
}

const pace = (ms: number, calls: number): [string, number] => [
  (ms / 1000).toFixed(2),
  Math.round(calls / (ms / 1000)),
];

type Sizes = { readonly at: string; readonly sizes: Record<DemoSegment, number> };

function printSegments(moments: readonly Sizes[]): void {
  const rows = demoSegmentIds.map((id) => [
    id,
    ...moments.map(({ sizes }) => sizes[id]),
    ...(moments.length === 1 ? [demoSegments[id].name] : []),
  ]);
  const heads = ['segment', ...moments.map(({ at }) => instantText(at))];
  print(textTable(moments.length === 1 ? [...heads, 'who'] : heads, rows));
}

const shareRows = () =>
  Object.values(playedShares).map(({ share, of, what }) => [percent(share), of, what]);

function printEmail(email: SentEmail): void {
  print();
  for (const line of [
    `To       ${email.to}`,
    `Sent     ${instantText(email.at)}`,
    `Subject  ${email.subject}`,
    '',
    ...email.text.trim().split('\n'),
  ]) {
    print(`  | ${line}`);
  }
}

function printFunnel(report: WinBackReport, played: Played): void {
  const funnel = funnelOf(report);
  const { audience, sent, delivered } = funnel;
  const row = (step: string, people: number, [whole, name]: readonly [number, string]) =>
    [step, people, percent(people / (whole || 1)), `of ${name}`] as const;
  const ofAudience = [audience, 'the audience'] as const;
  const ofSent = [sent, 'those sent'] as const;
  const ofDelivered = [delivered, 'those delivered'] as const;
  const rows = [
    ['audience', audience, '', ''],
    ...funnel.withheldFor.map(({ reason, people }) =>
      row(`  withheld: ${reason}`, people, ofAudience),
    ),
    row('sent', sent, ofAudience),
    row('  bounced', funnel.bounced, ofSent),
    row('delivered', delivered, ofSent),
    row('  complained', funnel.complained, ofDelivered),
    row('  unsubscribed', funnel.unsubscribed, ofDelivered),
    row('opened', funnel.opened, ofDelivered),
    row('clicked', funnel.clicked, ofDelivered),
    row(`converted within ${goalDays} days`, funnel.converted, ofDelivered),
  ] as const;
  print(textTable(['', 'people', 'share', ''], rows));
  const revenue = Object.entries(report.revenue).map(([code, amount]) => money(amount, code));
  print();
  print(`Revenue from those converted: ${revenue.join(', ') || money(0, 'USD')}.`);
  print(`${played.orders.length - funnel.converted} more ordered later than the goal counts.`);
}

const percent = (share: number): string => `${(share * 100).toFixed(1).replace('.0', '')} %`;

const money = (amount: number, currency: string): string =>
  `${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`;

/** `1 July 1998, 10:00 UTC`. */
const instantText = (iso: string): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
    .format(new Date(iso))
    .replace(' at ', ', ')} UTC`;

const heading = (text: string): void => print(`\n${text}\n${'='.repeat(text.length)}`);

function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

const usage = `npm run demo

  Loads eighteen months of a shop's real orders, in memory, writes to the best customers who stayed
  away, and prints what came of it. It takes no options.`;

if (mayRun(usage)) {
  demo().catch((error: unknown) => {
    console.error(error instanceof Error ? error.stack : error);
    process.exitCode = 1;
  });
}
