import type { AttributionModel } from '../campaigns/goal.ts';
import { add, type Decimal, rescale } from '../rules/ledger/decimal.ts';

/** Where a message stands among all that compete for a conversion, in the order they were sent. */
export type Place = { readonly index: number; readonly count: number };

/** The part of a conversion, 0 to 1, that a model credits to the message in a place. */
export function creditOf(model: AttributionModel, { index, count }: Place): number {
  switch (model) {
    case 'last':
      return index === count - 1 ? 1 : 0;
    case 'first':
      return index === 0 ? 1 : 0;
    case 'linear':
      return 1 / count;
  }
}

/** Money is shared in hundredths at least. */
const moneyScale = 2;

/**
 * What a model credits of an amount. Alike parts are rounded towards zero, and the last message gets
 * what is left: together they are the amount, exactly.
 */
export function amountOf(
  model: AttributionModel,
  amount: Decimal,
  { index, count }: Place,
): Decimal {
  if (model !== 'linear' || count === 1) {
    return creditOf(model, { index, count }) === 1 ? amount : { units: 0, scale: 0 };
  }
  const scale = Math.max(amount.scale, moneyScale);
  const whole = BigInt(rescale(amount.units, amount.scale, scale));
  const part = whole / BigInt(count);
  const units = index === count - 1 ? whole - part * BigInt(count - 1) : part;
  return { units: add(0, units), scale };
}
