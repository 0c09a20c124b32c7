import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frequencyMonetaryScore } from '../../../shared/domain/rules/rfm/rfm-cell.ts';
import { type RfmFigures, rfmScorer } from '../../../shared/domain/rules/rfm/rfm-scores.ts';
import {
  addToTally,
  cutsOf,
  mapPosition,
  mergeTally,
  newTally,
  numberOf,
  packTally,
  type RfmTally,
  tallySize,
  unpackTally,
} from '../../../shared/domain/rules/rfm/rfm-tally.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const dayMs = 86_400_000;
const scorer = rfmScorer({
  recencyMs: [dayMs, 10 * dayMs, 30 * dayMs, 90 * dayMs],
  frequency: [1, 2, 3, 8],
  monetary: [10, 50, 99.5, 1000],
});

const customer = fc.record({
  orders: fc.integer({ min: 1, max: 5000 }),
  units: fc.oneof(fc.integer({ min: -5000, max: 10_000_000 }), fc.constant(2n ** 59n)),
  scale: fc.integer({ min: 0, max: 3 }),
  last: fc.integer({ min: now - 2000 * dayMs, max: now }),
});
const customers = fc.array(customer, { minLength: 1, maxLength: 120 });

function tallyOf(people: readonly RfmFigures[]): RfmTally {
  const tally = newTally();
  for (const one of people) addToTally(tally, one, { now, scores: scorer(one, now) });
  return tally;
}

const fifthsOf = (all: readonly number[]): number[] => {
  const sorted = all.toSorted((one, other) => one - other);
  return [1, 2, 3, 4].map((fifth) => sorted[Math.ceil((fifth * all.length) / 5) - 1] ?? 0);
};

describe('a tally of customers', () => {
  it('cuts them into fifths at borders that are never too low and less than 1 % too high', () => {
    fc.assert(
      fc.property(customers, (people) => {
        const cuts = cutsOf(tallyOf(people));
        const exact = {
          recencyMs: fifthsOf(people.map(({ last }) => now - last)),
          frequency: fifthsOf(people.map(({ orders }) => orders)),
          monetary: fifthsOf(people.map(({ units, scale }) => numberOf({ units, scale }))),
        };
        for (const of of ['recencyMs', 'frequency', 'monetary'] as const) {
          for (const [fifth, border] of exact[of].entries()) {
            const found = cuts?.[of][fifth] ?? Number.NaN;
            expect(found).toBeGreaterThanOrEqual(border);
            expect(found - border).toBeLessThanOrEqual(Math.abs(border) * 0.01);
          }
        }
        const few = exact.frequency.filter((orders) => orders <= 100);
        expect(cuts?.frequency.slice(0, few.length)).toEqual(few);
      }),
    );
  });

  it('maps each of them once, with all their money', () => {
    fc.assert(
      fc.property(customers, (people) => {
        const { map } = tallyOf(people);
        const inCents = Array.from({ length: 25 }, () => ({ count: 0, mills: 0n }));
        for (const one of people) {
          const scores = scorer(one, now);
          if (scores === undefined) throw new Error('Everybody here is a customer.');
          const { recency, frequency, monetary } = scores;
          const cell = inCents[mapPosition(recency, frequencyMonetaryScore(frequency, monetary))];
          if (cell === undefined) throw new Error('There is no such cell.');
          cell.count += 1;
          cell.mills += BigInt(one.units) * 10n ** BigInt(3 - one.scale);
        }
        const found = map.map(({ count, money: { units, scale } }) => ({
          count,
          mills: BigInt(units) * 10n ** BigInt(3 - scale),
        }));
        expect(found).toEqual(inCents);
      }),
    );
  });

  it('is the same when parts of a pass are counted apart, kept as bytes and put together', () => {
    fc.assert(
      fc.property(fc.array(customers, { maxLength: 8 }), (parts) => {
        const merged = newTally();
        for (const part of parts) mergeTally(merged, unpackTally(packTally(tallyOf(part))));
        const whole = tallyOf(parts.flat());
        expect(cutsOf(merged)).toEqual(cutsOf(whole));
        expect(merged.map.map(({ count }) => count)).toEqual(whole.map.map(({ count }) => count));
        expect(merged.map.map(({ money }) => numberOf(money))).toEqual(
          whole.map.map(({ money }) => numberOf(money)),
        );
        expect(tallySize(merged)).toBe(parts.flat().length);
      }),
    );
  });

  it('of nobody has no borders', () => {
    expect(cutsOf(newTally())).toBeUndefined();
  });

  it('refuses bytes of another version', () => {
    expect(() => unpackTally(Uint8Array.of(9))).toThrow('version 9');
  });
});
