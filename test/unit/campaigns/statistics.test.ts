import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  incompleteBeta,
  normalTails,
  studentPoint,
  studentTails,
} from '../../../shared/domain/campaigns/statistics/distributions.ts';
import { holm } from '../../../shared/domain/campaigns/statistics/holm.ts';
import {
  amongZeros,
  noSpread,
  type Spread,
  together,
  varianceOf,
  welch,
  withNumber,
} from '../../../shared/domain/campaigns/statistics/means.ts';
import {
  newcombe,
  proportionsPValue,
  relativeLift,
  wilson,
} from '../../../shared/domain/campaigns/statistics/proportions.ts';

const of = (successes: number, people: number) => ({ successes, people });

describe('the normal distribution', () => {
  it.each([
    [0, 1],
    [1, 0.317_310_507_862_914],
    [1.959_963_984_540_054, 0.05],
    [2.575_829_303_548_901, 0.01],
    [3.290_526_731_491_926, 0.001],
    [-1.959_963_984_540_054, 0.05],
    [40, 0],
  ])('beyond %d on both sides lies %d, as its tables say', (z, tails) => {
    expect(normalTails(z)).toBeCloseTo(tails, 13);
  });
});

describe("Student's t distribution", () => {
  // The two-sided 5 % points of the usual tables.
  it.each([
    [1, 12.706_204_736],
    [2, 4.302_652_73],
    [5, 2.570_581_836],
    [10, 2.228_138_852],
    [30, 2.042_272_456],
    [100, 1.983_971_519],
    [1_000_000, 1.959_966_4],
  ])('with %d degrees of freedom has its 5 %% beyond %d', (degrees, point) => {
    expect(studentPoint(0.05, degrees)).toBeCloseTo(point, 6);
    expect(studentTails(point, degrees)).toBeCloseTo(0.05, 7);
  });

  it('is what can be written out for one and two degrees of freedom', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (t) => {
        const one = 1 - (2 / Math.PI) * Math.atan(Math.abs(t));
        expect(studentTails(t, 1)).toBeCloseTo(one, 11);
        expect(studentTails(t, 2)).toBeCloseTo(1 - Math.abs(t) / Math.sqrt(2 + t * t), 11);
      }),
    );
  });

  it('comes from a beta function that is symmetric', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 0.5, max: 500, noNaN: true }),
        fc.double({ min: 0.5, max: 500, noNaN: true }),
        (x, a, b) => {
          expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 9);
        },
      ),
    );
    // I_x(2, 3) = x² (6 - 8x + 3x²)
    expect(incompleteBeta(0.4, 2, 3)).toBeCloseTo(0.16 * (6 - 3.2 + 0.48), 12);
  });
});

describe("Wilson's interval", () => {
  // R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d of %d goes from %d to %d', (successes, people, low, high) => {
    const found = wilson(of(successes, people));
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
  });

  it('is none of nobody', () => {
    expect(wilson(of(0, 0))).toBeUndefined();
  });
});

describe("Newcombe's interval", () => {
  // R. G. Newcombe, "Interval estimation for the difference" (1998), table II, method 10.
  it.each([
    [of(56, 70), of(48, 80), 0.0524, 0.3339],
    [of(9, 10), of(3, 10), 0.1705, 0.809],
    [of(6, 7), of(2, 7), 0.0582, 0.8062],
    [of(5, 56), of(0, 29), -0.0381, 0.1926],
    [of(0, 10), of(0, 20), -0.1611, 0.2775],
    [of(0, 10), of(0, 10), -0.2775, 0.2775],
    [of(10, 10), of(0, 20), 0.6791, 1],
    [of(10, 10), of(0, 10), 0.6075, 1],
  ])('of %o and %o goes from %d to %d', (left, right, low, high) => {
    const found = newcombe(left, right);
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
  });
});

describe('what the aspirin study found (New England Journal of Medicine 318, 1988)', () => {
  const placebo = of(189, 11_034);
  const aspirin = of(104, 11_037);

  it('is a ratio of 1.82 with the interval that A. Agresti gives, 1.43 to 2.31', () => {
    const found = relativeLift(placebo, aspirin);
    expect(found?.value).toBeCloseTo(0.82, 2);
    expect(found?.low).toBeCloseTo(0.43, 2);
    expect(found?.high).toBeCloseTo(1.31, 2);
    expect(relativeLift(placebo, of(0, 10))).toBeUndefined();
  });

  it('is not known where all of both have: its interval would have no width', () => {
    expect(relativeLift(of(13, 13), of(6, 6))).toBeUndefined();
    expect(relativeLift(of(13, 13), of(5, 6))?.low).toBeLessThan(0.2);
  });

  it('has the z of 5.00 by the pooled test', () => {
    const pValue = proportionsPValue(placebo, aspirin);
    expect(pValue).toBeGreaterThan(normalTails(5.01));
    expect(pValue).toBeLessThan(normalTails(4.99));
    expect(proportionsPValue(of(0, 5), of(0, 9))).toBe(1);
  });
});

const spreadOf = (numbers: readonly number[]): Spread => numbers.reduce(withNumber, noSpread);

describe("Welch's test", () => {
  // "Student" (1908), as R's t.test(extra ~ group, data = sleep) answers.
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

  it('answers for the sleep of ten patients as R does', () => {
    const found = welch(spreadOf(first), spreadOf(second));
    expect(found?.pValue).toBeCloseTo(0.079_39, 5);
    expect(found?.difference.value).toBeCloseTo(-1.58, 10);
    expect(found?.difference.low).toBeCloseTo(-3.365_483_2, 6);
    expect(found?.difference.high).toBeCloseTo(0.205_483_2, 6);
  });

  it('says nothing of one person, or of numbers that are all alike', () => {
    expect(welch(spreadOf([1]), spreadOf([1, 2]))).toBeUndefined();
    expect(welch(spreadOf([1, 1]), spreadOf([2, 2]))).toBeUndefined();
  });
});

describe('a spread', () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });

  it('is the same however it is cut into parts', () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 2 }), fc.nat(), (numbers, at) => {
        const cut = at % numbers.length;
        const parts = together(spreadOf(numbers.slice(0, cut)), spreadOf(numbers.slice(cut)));
        const whole = spreadOf(numbers);
        expect(parts.count).toBe(whole.count);
        expect(parts.mean).toBeCloseTo(whole.mean, 5);
        const error = Math.abs(varianceOf(parts) - varianceOf(whole));
        expect(error).toBeLessThanOrEqual(1e-9 * (1 + varianceOf(whole)) + 1e-3);
      }),
    );
  });

  it('takes in those who brought nothing', () => {
    const found = amongZeros(spreadOf([3, 5]), 4);
    expect(found).toEqual(spreadOf([3, 5, 0, 0]));
    expect(varianceOf(found)).toBeCloseTo(6, 12);
  });
});

describe("Holm's correction", () => {
  it.each([
    [
      [0.01, 0.04, 0.03, 0.005],
      [0.03, 0.06, 0.06, 0.02],
    ],
    [[0.04], [0.04]],
    [
      [0.9, 0.8],
      [1, 1],
    ],
  ])('makes of %o the adjusted %o', (pValues, adjusted) => {
    holm(pValues).forEach((value, index) => expect(value).toBeCloseTo(adjusted[index] ?? NaN, 12));
  });
});
