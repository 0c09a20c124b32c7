import type { MessageChannel } from '../../messaging/message.ts';
import {
  decimalText,
  flatPrice,
  type Price,
  sumOf,
  timesOf,
} from '../../messaging/policy/price.ts';
import type { Prices } from '../../messaging/policy/prices.ts';
import { partPrice } from '../../messaging/policy/sms-price.ts';
import { decimalOf, zero } from '../../rules/ledger/decimal.ts';

/** Messages of one price: of a channel, and for text messages of a country. */
export type CostGroup = {
  readonly channel: MessageChannel;
  /** Of a text message's number; '' for other channels. */
  readonly country: string;
  messages: number;
  /** Text messages that were rendered, and what parts they came to. */
  rendered: number;
  parts: number;
};

/** The messages to be paid for, by channel and country. */
export type CostTally = Map<string, CostGroup>;

export function countMessage(
  tally: CostTally,
  {
    channel,
    country = '',
    parts,
  }: {
    readonly channel: MessageChannel;
    readonly country?: string;
    /** Of a rendered text message. */
    readonly parts?: number | undefined;
  },
): void {
  const key = `${channel}/${country}`;
  const group = tally.get(key) ?? { channel, country, messages: 0, rendered: 0, parts: 0 };
  tally.set(key, group);
  group.messages += 1;
  if (parts === undefined) return;
  group.rendered += 1;
  group.parts += parts;
}

export type PreflightCost = {
  /** Exact decimals in text. */
  readonly amount: string;
  readonly currency: string;
  readonly perMessage: string;
  /** Messages whose country has no price, by country: they are not in the amount. */
  readonly unpriced: Readonly<Record<string, number>>;
  /** False: the parts of text messages are those of the rendered ones on average, or people were estimated. */
  readonly exact: boolean;
};

/**
 * What the messages would cost. `messages` is how many would go out in the end, of `tally`'s in the
 * parts that were looked at: their ratio scales an estimate.
 */
export function costOf(
  tally: CostTally,
  { prices, messages }: { readonly prices: Prices; readonly messages: number },
): PreflightCost {
  const groups = [...tally.values()];
  const counted = sum(groups, (group) => group.messages);
  const mean = sum(groups, (group) => group.parts) / sum(groups, (group) => group.rendered);
  let amount = zero;
  const unpriced: Record<string, number> = {};
  for (const group of groups) {
    const count = Math.round((group.messages * messages) / counted);
    const price = priceOf(group, prices);
    if (price.kind === 'unpriced') unpriced[price.country] = count;
    else
      amount = sumOf(amount, timesOf(price.amount, count === 0 ? 0 : unitsOf(group, count, mean)));
  }
  const isWhole = groups.every(
    ({ channel, ...group }) => channel !== 'sms' || group.rendered === group.messages,
  );
  // As in a report: of those whose cost is known.
  const priced = messages - Object.values(unpriced).reduce((total, count) => total + count, 0);
  const each = priced <= 0 ? 0 : Number(decimalText(amount)) / priced;
  return {
    amount: decimalText(amount),
    currency: prices.currency,
    perMessage: decimalText(decimalOf(Number(each.toPrecision(6)))),
    unpriced,
    exact: counted === messages && isWhole,
  };
}

const sum = (groups: readonly CostGroup[], of: (group: CostGroup) => number): number =>
  groups.reduce((total, group) => total + of(group), 0);

function priceOf({ channel, country }: CostGroup, prices: Prices): Price {
  return channel === 'sms' ? partPrice(prices, country) : flatPrice(prices, channel);
}

/** What is paid for: messages, of text messages their parts. */
function unitsOf(group: CostGroup, count: number, mean: number): number {
  if (group.channel !== 'sms') return count;
  // Nothing was rendered: one part each is the least it can be.
  const each = group.rendered > 0 ? group.parts / group.rendered : Number.isFinite(mean) ? mean : 1;
  return Math.round(each * count);
}
