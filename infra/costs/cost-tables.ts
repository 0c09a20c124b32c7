import type { Bill } from './bill.ts';
import { groups } from './load.ts';
import type { PriceName } from './prices.ts';

/** Services as they stand on AWS's bill, and what is charged for in each. */
const services: Readonly<Record<string, readonly PriceName[]>> = {
  'SES: emails': ['email', 'emailGb'],
  'DynamoDB: requests': ['tableWriteUnit', 'tableReadUnit'],
  'DynamoDB: storage and backups': ['tableStorageGb', 'tableBackupGb'],
  Lambda: ['functionInvocation', 'functionGbSecond'],
  'API Gateway': ['apiRequest'],
  SQS: ['queueRequest', 'fairMessage'],
  EventBridge: ['busEvent', 'emailEvent', 'scheduleFiring'],
  'X-Ray': ['trace'],
  'CloudWatch: alarms, dashboards, metrics': ['alarm', 'dashboard', 'metric'],
  'CloudWatch: logs': ['logGb', 'logStorageGb'],
  'SNS: push': ['push'],
  'Secrets Manager': ['secret', 'secretRead'],
  'Data transfer': ['transferGb'],
};

const words: Readonly<Record<(typeof groups)[number], string>> = {
  standing: 'standing by: ticks, nights, canary, polls, alarms',
  people: 'leads, and people kept',
  events: 'events, memberships, reviews',
  segments: 'passes and sizes of segments',
  emails: 'emails, SES included',
  feedback: 'deliveries, opens, clicks, conversions',
  'other channels': 'SMS and webhooks, carriers not included',
  marketers: 'reports and other requests of marketers',
};

/** USD with cents, and with more digits where they are all there is. */
export const usd = (amount: number): string =>
  amount !== 0 && Math.abs(amount) < 0.01
    ? amount.toPrecision(2)
    : amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export type CostTable = {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

const headOf = ({ load: { profiles, messages } }: Bill): string =>
  profiles === 0 && messages === 0 ? 'idle' : `${short(profiles)} / ${short(messages)}`;

const short = (count: number): string =>
  count.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** USD a month by service, one column a load: profiles / emails. */
export function serviceTable(bills: readonly Bill[]): CostTable {
  const rows = Object.entries(services).map(([service, names]) => [
    service,
    ...bills.map(({ byPrice }) => usd(names.reduce((sum, name) => sum + byPrice[name], 0))),
  ]);
  return { heads: ['USD a month', ...bills.map(headOf)], rows: [...rows, ...totals(bills)] };
}

/** USD a month by what it is for. */
export function groupTable(bills: readonly Bill[]): CostTable {
  const rows = groups.map((group) => [
    words[group],
    ...bills.map(({ byGroup }) => usd(byGroup.get(group) ?? 0)),
  ]);
  const total = ['total', ...bills.map((bill) => usd(bill.total))];
  return { heads: ['USD a month', ...bills.map(headOf)], rows: [...rows, total] };
}

function totals(bills: readonly Bill[]): readonly (readonly string[])[] {
  return [
    ['total', ...bills.map(({ total }) => usd(total))],
    ['for each 1,000 emails', ...bills.map(perThousand)],
    ['without SES, for each 1,000 emails', ...bills.map(ownPerThousand)],
    ['AWS’s free tier, at most', ...bills.map(({ free }) => usd(free))],
  ];
}

const perThousand = ({ load, total }: Bill): string =>
  load.messages === 0 ? '' : usd((total / load.messages) * 1_000);

const ownPerThousand = ({ load, total, byPrice }: Bill): string =>
  load.messages === 0 ? '' : usd(((total - byPrice.email) / load.messages) * 1_000);

/** As it stands in a README; figures stand to the right. */
export function markdownTable({ heads, rows }: CostTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const isFigure = (cell: string | undefined): boolean => /^[-\d.,]*( %)?$/.test(cell ?? '');
  const rule = heads.map((_, column) =>
    rows.every((row) => isFigure(row[column])) ? '---:' : '---',
  );
  return [line(heads), line(rule), ...rows.map(line)].join('\n');
}
