import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { decimalOf } from '../../rules/ledger/decimal.ts';
import { smsParts } from '../texts/sms-parts.ts';
import { type Price, timesOf } from './price.ts';
import type { Prices } from './prices.ts';

/** The ISO 3166 code of a number in E.164; `other` where a number belongs to no one country. */
export const countryOf = (phone: string): string =>
  parsePhoneNumberFromString(phone)?.country ?? 'other';

/** What one part of a text message to a country costs. */
export function partPrice(prices: Prices, country: string): Price {
  const price = prices.sms[country] ?? prices.sms['other'];
  return price === undefined
    ? { kind: 'unpriced', country }
    : { kind: 'priced', amount: decimalOf(price) };
}

/** What a text message costs: its parts at the price of the number's country. */
export function smsPrice(
  prices: Prices,
  message: { readonly to: string; readonly text: string },
): Price {
  const price = partPrice(prices, countryOf(message.to));
  if (price.kind === 'unpriced') return price;
  return { kind: 'priced', amount: timesOf(price.amount, smsParts(message.text)) };
}
