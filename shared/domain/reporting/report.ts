import { wasSent } from '../campaigns/experiments/arm-tally.ts';
import type { Message, MessageState } from '../messaging/message.ts';
import { add, rescale, type Units } from '../rules/ledger/decimal.ts';

/**
 * What came of a campaign, recounted from its rows. `audience` is everyone considered; `reasons` tells
 * why people were withheld, wait or could not be sent to; revenue and cost are per ISO 4217 currency.
 * `costPerMessage` is the mean of those that cost something, `revenuePerMessage` of all that went out.
 * Opens and clicks are of people; those of machines stand apart. A conversion counts, and brings revenue,
 * as far as it is credited; `levels` says how far people came after their message, whoever has the credit.
 */
export type Report = {
  readonly audience: number;
  readonly states: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly opens: number;
  readonly clicks: number;
  readonly automatedOpens: number;
  readonly automatedClicks: number;
  readonly unsubscribes: number;
  /** Messages after which a person opened, clicked or answered; made contact as the goal says; did what is the goal. */
  readonly levels: Levels;
  readonly conversions: number;
  readonly revenue: Readonly<Record<string, number>>;
  readonly revenuePerMessage: Readonly<Record<string, number>>;
  readonly cost: Readonly<Record<string, number>>;
  readonly costPerMessage: Readonly<Record<string, number>>;
};

type Levels = {
  readonly reacted: number;
  readonly contacted: number;
  readonly paid: number;
};

type Sum = { units: Units; scale: number };

/** A report being counted; sums are exact. */
export type Tally = {
  audience: number;
  readonly states: Record<string, number>;
  readonly reasons: Record<string, number>;
  opens: number;
  clicks: number;
  automatedOpens: number;
  automatedClicks: number;
  unsubscribes: number;
  readonly levels: { -readonly [Level in keyof Levels]: number };
  conversions: number;
  /** Messages that went out. */
  sent: number;
  readonly revenue: Record<string, Sum>;
  readonly cost: Record<string, Sum>;
  /** Messages that have cost something, by its currency. */
  readonly paid: Record<string, number>;
};

export const emptyTally = (): Tally => ({
  audience: 0,
  states: {},
  reasons: {},
  opens: 0,
  clicks: 0,
  automatedOpens: 0,
  automatedClicks: 0,
  unsubscribes: 0,
  levels: { reacted: 0, contacted: 0, paid: 0 },
  conversions: 0,
  sent: 0,
  revenue: {},
  cost: {},
  paid: {},
});

/** States whose reasons are the system's own; those of bounces and rejections are the provider's words. */
const areOurs: ReadonlySet<MessageState> = new Set(['withheld', 'deferred', 'failed']);

type Counted = Pick<
  Message,
  | 'state'
  | 'reason'
  | 'openedAt'
  | 'clickedAt'
  | 'automatedOpenedAt'
  | 'automatedClickedAt'
  | 'unsubscribedAt'
  | 'repliedAt'
  | 'contactedAt'
  | 'conversions'
  | 'cost'
>;

/** Counts one row in. A row counts once as opened, clicked, converted, however often it was. */
export function count(tally: Tally, row: Counted): void {
  tally.audience += 1;
  tally.states[row.state] = (tally.states[row.state] ?? 0) + 1;
  if (row.reason !== undefined && areOurs.has(row.state)) {
    tally.reasons[row.reason] = (tally.reasons[row.reason] ?? 0) + 1;
  }
  if (row.openedAt !== undefined) tally.opens += 1;
  if (row.clickedAt !== undefined) tally.clicks += 1;
  if (row.automatedOpenedAt !== undefined) tally.automatedOpens += 1;
  if (row.automatedClickedAt !== undefined) tally.automatedClicks += 1;
  if (row.unsubscribedAt !== undefined) tally.unsubscribes += 1;
  if (wasSent(row)) countLevels(tally, row);
  const credited = row.conversions.filter(({ credit }) => credit > 0);
  if (credited.length > 0) tally.conversions += 1;
  for (const { value, credited: part = value, currency } of credited) {
    addAmount(tally.revenue, currency, part);
  }
  if (row.cost === undefined) return;
  const { amount, currency } = row.cost;
  addAmount(tally.cost, currency, amount);
  tally.paid[currency] = (tally.paid[currency] ?? 0) + 1;
}

function countLevels(tally: Tally, row: Counted): void {
  tally.sent += 1;
  const { openedAt, clickedAt, repliedAt, contactedAt, conversions } = row;
  if ((openedAt ?? clickedAt ?? repliedAt) !== undefined) tally.levels.reacted += 1;
  if (contactedAt !== undefined) tally.levels.contacted += 1;
  if (conversions.length > 0) tally.levels.paid += 1;
}

function addAmount(sums: Record<string, Sum>, currency: string, text: string): void {
  const amount = parseAmount(text);
  if (amount.units === 0) return;
  const sum = sums[currency] ?? { units: 0, scale: 0 };
  const scale = Math.max(sum.scale, amount.scale);
  const units = add(
    rescale(sum.units, sum.scale, scale),
    rescale(amount.units, amount.scale, scale),
  );
  sums[currency] = { units, scale };
}

function parseAmount(text: string): Sum {
  const [whole = '0', fraction = ''] = text.split('.');
  return { units: add(0, BigInt(whole + fraction)), scale: fraction.length };
}

/** The exact sums, as the nearest JSON numbers. */
export function toReport(tally: Tally): Report {
  const { paid, sent, ...counts } = tally;
  const revenue = numbersOf(tally.revenue);
  const revenuePerMessage = Object.fromEntries(
    Object.entries(revenue).map(([currency, sum]) => [currency, sum / Math.max(1, sent)]),
  );
  const cost = numbersOf(tally.cost);
  const costPerMessage = Object.fromEntries(
    Object.entries(cost).map(([currency, sum]) => [currency, nearest(sum / (paid[currency] ?? 1))]),
  );
  return { ...counts, revenue, revenuePerMessage, cost, costPerMessage };
}

/** A mean without the noise of binary fractions. */
const nearest = (mean: number): number => Number(mean.toPrecision(12));

const numbersOf = (sums: Readonly<Record<string, Sum>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(sums).map(([currency, sum]) => [currency, Number(amountText(sum))]),
  );

/** A decimal as people write it: `29.33`. */
export function amountText({ units, scale }: Sum): string {
  const digits = String(units)
    .replace('-', '')
    .padStart(scale + 1, '0');
  const sign = units < 0 ? '-' : '';
  if (scale === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const numbers = [
  'audience',
  'opens',
  'clicks',
  'automatedOpens',
  'automatedClicks',
  'unsubscribes',
  'conversions',
  'sent',
] as const;

/** Adds one worker's part to the whole. */
export function merge(tally: Tally, part: Tally): void {
  for (const field of numbers) tally[field] += part[field];
  for (const level of ['reacted', 'contacted', 'paid'] as const) {
    tally.levels[level] += part.levels[level];
  }
  for (const field of ['states', 'reasons', 'paid'] as const) {
    for (const [name, number] of Object.entries(part[field])) {
      tally[field][name] = (tally[field][name] ?? 0) + number;
    }
  }
  for (const field of ['revenue', 'cost'] as const) {
    for (const [currency, sum] of Object.entries(part[field])) {
      addAmount(tally[field], currency, amountText(sum));
    }
  }
}
