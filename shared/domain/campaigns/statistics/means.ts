import { studentPoint, studentTails } from './distributions.ts';
import type { Estimate } from './proportions.ts';

/** Numbers summed up: how many, their mean, and the sum of squares about it. */
export type Spread = { readonly count: number; readonly mean: number; readonly squares: number };

export const noSpread: Spread = { count: 0, mean: 0, squares: 0 };

/** With one number more (B. P. Welford, "Note on a method for calculating corrected sums of squares", 1962). */
export function withNumber({ count, mean, squares }: Spread, number: number): Spread {
  const off = number - mean;
  const after = mean + off / (count + 1);
  return { count: count + 1, mean: after, squares: squares + off * (number - after) };
}

/** Two spreads as one (T. F. Chan, G. H. Golub, R. J. LeVeque, 1979). */
export function together(left: Spread, right: Spread): Spread {
  const count = left.count + right.count;
  if (count === 0) return noSpread;
  const off = right.mean - left.mean;
  return {
    count,
    mean: left.mean + (off * right.count) / count,
    squares: left.squares + right.squares + (off * off * left.count * right.count) / count,
  };
}

/** The same numbers, and as many zeros as make them `count`. */
export const amongZeros = (spread: Spread, count: number): Spread =>
  together(spread, { count: Math.max(0, count - spread.count), mean: 0, squares: 0 });

export const varianceOf = ({ count, squares }: Spread): number =>
  count < 2 ? 0 : squares / (count - 1);

export type Welch = {
  /** The left mean minus the right one. */
  readonly difference: Estimate;
  /** The probability, were both means alike, of a difference at least as large. */
  readonly pValue: number;
};

/**
 * Compares two means of unlike variances (B. L. Welch, "The generalization of Student's problem when
 * several different population variances are involved", Biometrika 34, 1947, with F. E. Satterthwaite's
 * degrees of freedom, 1946); undefined with fewer than two numbers on a side, or none that vary.
 */
export function welch(left: Spread, right: Spread): Welch | undefined {
  if (left.count < 2 || right.count < 2) return undefined;
  const one = varianceOf(left) / left.count;
  const other = varianceOf(right) / right.count;
  if (one + other === 0) return undefined;
  const degrees =
    (one + other) ** 2 / (one ** 2 / (left.count - 1) + other ** 2 / (right.count - 1));
  const value = left.mean - right.mean;
  const error = Math.sqrt(one + other);
  const half = studentPoint(0.05, degrees) * error;
  return {
    difference: { value, low: value - half, high: value + half },
    pValue: studentTails(value / error, degrees),
  };
}
