import { describe, expect, it } from 'vitest';
import {
  frequencyMonetaryScore,
  type RfmCell,
  rfmCellAt,
  rfmCells,
} from '../../../shared/domain/rules/rfm/rfm-cell.ts';
import { rfmScorer } from '../../../shared/domain/rules/rfm/rfm-scores.ts';

const scores = [1, 2, 3, 4, 5];
const cuts = { recencyMs: [10, 20, 20, 40], frequency: [1, 2, 4, 4], monetary: [5, 9.99, 50, 200] };

describe('scores of RFM', () => {
  it.each([
    [0, 5],
    [10, 5],
    [11, 4],
    [20, 4],
    // Two borders that are one: nobody scores 3.
    [21, 2],
    [40, 2],
    [41, 1],
  ])('whose last order is %s ms old has recency %s', (age, recency) => {
    const figures = { orders: 1, units: 0, scale: 0, last: 1000 };
    expect(rfmScorer(cuts)(figures, 1000 + age)).toMatchObject({ recency });
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 3],
    [5, 5],
  ])('who ordered %s times has frequency %s', (orders, frequency) => {
    const figures = { orders, units: 0, scale: 0, last: 0 };
    expect(rfmScorer(cuts)(figures, 0)).toMatchObject({ frequency });
  });

  it.each([
    [-100, 0, 1],
    [5, 0, 1],
    [5001, 3, 2],
    [999, 2, 2],
    [9_990_001, 6, 3],
    [200, 0, 4],
    [20_001, 2, 5],
    [2n ** 70n, 6, 5],
  ] as const)('who spent %s at a scale of %s has money %s', (units, scale, monetary) => {
    const figures = { orders: 1, units, scale, last: 0 };
    expect(rfmScorer(cuts)(figures, 0)).toMatchObject({ monetary });
  });

  it('has nobody who never ordered', () => {
    const figures = { orders: 0, units: 0, scale: 0, last: Number.NEGATIVE_INFINITY };
    expect(rfmScorer(cuts)(figures, 0)).toBeUndefined();
  });
});

/** Recency, and frequency with money, as published; 0 there is a customer without orders. */
const published: Record<RfmCell, readonly [number, number, number, number]> = {
  Champions: [4, 5, 4, 5],
  Loyal: [2, 5, 3, 5],
  'Potential loyalists': [3, 5, 1, 3],
  New: [4, 5, 0, 1],
  Promising: [3, 4, 0, 1],
  'Need attention': [2, 3, 2, 3],
  'About to sleep': [2, 3, 0, 2],
  'At risk': [0, 2, 2, 5],
  'Cannot lose': [0, 1, 4, 5],
  Hibernating: [1, 2, 1, 2],
  Lost: [0, 2, 0, 2],
};

describe('cells of RFM', () => {
  it('are where the published map has them, and each is somewhere', () => {
    const names = scores.flatMap((recency) =>
      scores.map((worth) => {
        const name = rfmCellAt(recency, worth);
        const [from, to, low, high] = published[name];
        expect([name, from <= recency && recency <= to && low <= worth && worth <= high]).toEqual([
          name,
          true,
        ]);
        return name;
      }),
    );
    expect(names).toHaveLength(25);
    expect(new Set(names)).toEqual(new Set(rfmCells));
  });

  it.each([
    [5, 5, 5, 'Champions'],
    [5, 4, 3, 'Champions'],
    [4, 5, 5, 'Loyal'],
    [5, 1, 1, 'New'],
    [4, 1, 1, 'Promising'],
    [4, 2, 1, 'Potential loyalists'],
    [3, 3, 3, 'Need attention'],
    [3, 2, 1, 'About to sleep'],
    [2, 5, 5, 'At risk'],
    [1, 4, 3, 'Cannot lose'],
    [2, 1, 1, 'Hibernating'],
    [1, 1, 1, 'Lost'],
  ] as const)('%s-%s-%s is %s', (recency, frequency, monetary, cell) => {
    expect(rfmCellAt(recency, frequencyMonetaryScore(frequency, monetary))).toBe(cell);
  });

  it('are for scores of 1 to 5 alone', () => {
    expect(() => rfmCellAt(0, 3)).toThrow(RangeError);
    expect(() => rfmCellAt(3, 6)).toThrow(RangeError);
  });
});
