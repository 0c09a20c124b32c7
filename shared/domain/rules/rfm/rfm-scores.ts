import type { Instant } from '../../time/instant.ts';
import { add, type Bounds, boundsAt, type Units } from '../ledger/decimal.ts';
import type { RfmCuts } from './rfm.ts';
import { frequencyMonetaryScore, type RfmCell, rfmCellAt } from './rfm-cell.ts';

/**
 * What a customer's scores are made of: the orders that count at an instant, their money in units of
 * `10 ** -scale`, and when the last of them was. No order: not a customer.
 */
export type RfmFigures = {
  readonly orders: number;
  readonly units: Units;
  readonly scale: number;
  readonly last: Instant;
};

/** 1 to 5 each, 5 the best. */
export type RfmScores = {
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
  readonly cell: RfmCell;
};

/** How many borders lie strictly below: those who tie score alike. */
export function bordersBelow(borders: readonly number[], value: Units): number {
  let below = 0;
  for (let index = 0; index < borders.length; index++) {
    if ((borders[index] ?? 0) < value) below++;
  }
  return below;
}

/** The borders between fifths of money, in whole units of a scale; beyond whole numbers the nearest. */
export function monetaryBorders({ monetary }: RfmCuts): (scale: number) => readonly number[] {
  const byScale: (readonly number[])[] = [];
  return (scale) => {
    byScale[scale] ??= monetary.map((above) => highest(boundsAt({ above }, scale)));
    return byScale[scale];
  };
}

/** The most units that are not above. */
const highest = ({ low }: Bounds): number => Number(add(low, -1));

/** The scores by these borders; undefined for who is not a customer. */
export function rfmScorer(
  cuts: RfmCuts,
): (figures: RfmFigures, now: Instant) => RfmScores | undefined {
  const moneyAt = monetaryBorders(cuts);
  return ({ orders, units, scale, last }, now) => {
    if (orders === 0) return undefined;
    const recency = 5 - bordersBelow(cuts.recencyMs, now - last);
    const frequency = 1 + bordersBelow(cuts.frequency, orders);
    const monetary = 1 + bordersBelow(moneyAt(scale), units);
    const cell = rfmCellAt(recency, frequencyMonetaryScore(frequency, monetary));
    return { recency, frequency, monetary, cell };
  };
}
