import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimalText,
  flatPrice,
  type Price,
  sumOf,
  timesOf,
} from '../../../shared/domain/messaging/policy/price.ts';
import { pricesSchema } from '../../../shared/domain/messaging/policy/prices.ts';
import { countryOf, smsPrice } from '../../../shared/domain/messaging/policy/sms-price.ts';
import { smsParts } from '../../../shared/domain/messaging/texts/sms-parts.ts';
import { decimalOf, zero } from '../../../shared/domain/rules/ledger/decimal.ts';

const amountOf = (price: Price): string =>
  price.kind === 'priced' ? decimalText(price.amount) : `no price for ${price.country}`;

describe('a text message', () => {
  it.each([
    ['nothing', '', 1],
    ['160 plain letters', 'a'.repeat(160), 1],
    ['161 plain letters', 'a'.repeat(161), 2],
    ['306 plain letters', 'a'.repeat(306), 2],
    ['307 plain letters', 'a'.repeat(307), 3],
    ['letters the alphabet has', 'äöñüàÆ§¿'.repeat(20), 1],
    ['80 euro signs, two units each', '€'.repeat(80), 1],
    ['81 euro signs', '€'.repeat(81), 2],
    ['euro signs that fall on the cut', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
    ['70 letters of another alphabet', 'ā'.repeat(70), 1],
    ['71 letters of another alphabet', 'ā'.repeat(71), 2],
    ['one foreign letter among plain ones', `${'a'.repeat(70)}ā`, 2],
    ['35 emoji, two units each', '🎉'.repeat(35), 1],
    ['36 emoji', '🎉'.repeat(36), 2],
    ['emoji, which are never cut in two', '🎉'.repeat(67), 3],
    ['134 letters of another alphabet', 'ж'.repeat(134), 2],
    ['135 letters of another alphabet', 'ж'.repeat(135), 3],
  ])('of %s is paid as its parts', (_, text, parts) => {
    expect(smsParts(text)).toBe(parts);
  });

  it('never has fewer parts when it gets longer', () => {
    const letter = fc.constantFrom('a', '€', '\n', 'ж', '🎉');
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 400 }), letter, (text, more) => {
        const longer = [...text, more].join('');
        expect(smsParts(longer)).toBeGreaterThanOrEqual(smsParts(text.join('')));
      }),
    );
  });

  it.each([
    ['+37120000000', 'LV'],
    ['+12025550123', 'US'],
    ['+14165550123', 'CA'],
    ['+447400123456', 'GB'],
    ['+88235000000', 'other'],
  ])('to %s is paid by the country %s', (phone, country) => {
    expect(countryOf(phone)).toBe(country);
  });

  it('costs its parts at the price of the country, else of the others, else nobody knows', () => {
    const prices = pricesSchema.parse({ sms: { LV: 0.0587, other: 0.1 } });
    const text = 'ж'.repeat(100);
    expect(amountOf(smsPrice(prices, { to: '+37120000000', text }))).toBe('0.1174');
    expect(amountOf(smsPrice(prices, { to: '+447400123456', text }))).toBe('0.2');
    const few = pricesSchema.parse({ sms: { LV: 0.0587 } });
    expect(amountOf(smsPrice(few, { to: '+447400123456', text }))).toBe('no price for GB');
  });
});

describe('an amount', () => {
  it('is exact, however small a price is', () => {
    const prices = pricesSchema.parse({});
    expect(amountOf(flatPrice(prices, 'email'))).toBe('0.0001');
    expect(amountOf(flatPrice(prices, 'push'))).toBe('0.0000005');
    expect(amountOf(flatPrice(prices, 'webhook'))).toBe('0');
    expect(decimalText(timesOf(decimalOf(0.0000005), 3_000_000))).toBe('1.5');
    expect(decimalText(sumOf(decimalOf(0.1), decimalOf(0.2)))).toBe('0.3');
  });

  it('of many messages is the sum of each', () => {
    const price = fc.double({ min: 0, max: 1000, noNaN: true });
    fc.assert(
      fc.property(price, fc.nat(50), (value, count) => {
        const one = decimalOf(value);
        let sum = zero;
        for (let at = 0; at < count; at += 1) sum = sumOf(sum, one);
        expect(decimalText(timesOf(one, count))).toBe(decimalText(sum));
      }),
    );
  });
});
