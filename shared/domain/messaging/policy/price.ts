import { add, type Decimal, decimalOf, rescale, zero } from '../../rules/ledger/decimal.ts';
import type { Message, MessageChannel } from '../message.ts';
import type { Prices } from './prices.ts';

/** What a message costs, exact; `country` has no price, nor has `other`: it is not known. */
export type Price =
  | { readonly kind: 'priced'; readonly amount: Decimal }
  | { readonly kind: 'unpriced'; readonly country: string };

/** Channels whose messages all cost the same. */
export const flatPrice = (prices: Prices, channel: Exclude<MessageChannel, 'sms'>): Price => ({
  kind: 'priced',
  amount: decimalOf(prices[channel]),
});

/** The price as a row keeps it; undefined where it is not known, or nothing. */
export const costOf = (
  price: Price,
  { currency }: Pick<Prices, 'currency'>,
): Message['cost'] | undefined =>
  price.kind === 'unpriced' || price.amount.units === 0
    ? undefined
    : { amount: decimalText(price.amount), currency };

export const timesOf = ({ units, scale }: Decimal, count: number): Decimal => {
  const product = add(0, BigInt(units) * BigInt(count));
  return { units: product, scale: product === 0 ? 0 : scale };
};

export function sumOf(one: Decimal, other: Decimal): Decimal {
  const scale = Math.max(one.scale, other.scale);
  const units = add(rescale(one.units, one.scale, scale), rescale(other.units, other.scale, scale));
  return units === 0 ? zero : { units, scale };
}

/** A decimal as people write it, exact: `0.0001`. */
export function decimalText({ units, scale }: Decimal): string {
  const digits = String(units)
    .replace('-', '')
    .padStart(scale + 1, '0');
  const sign = units < 0 ? '-' : '';
  if (scale === 0) return `${sign}${digits}`;
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -scale)}${fraction === '' ? '' : `.${fraction}`}`;
}
