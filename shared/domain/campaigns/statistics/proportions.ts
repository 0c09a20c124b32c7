import { normalTails, z95 } from './distributions.ts';

/** So many of so many people. */
export type Proportion = { readonly successes: number; readonly people: number };

/** A value with the ends of its 95 % confidence interval. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number };

/**
 * A rate with its score interval (E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", JASA 22, 1927); undefined where there is nobody.
 */
export function wilson({ successes, people }: Proportion): Estimate | undefined {
  if (people === 0) return undefined;
  const rate = successes / people;
  const z2 = z95 * z95;
  const middle = rate + z2 / (2 * people);
  const half = z95 * Math.sqrt((rate * (1 - rate)) / people + z2 / (4 * people * people));
  const whole = 1 + z2 / people;
  return {
    value: rate,
    // What is 0 or 1 by the formula is so by arithmetic too.
    low: successes === 0 ? 0 : Math.max(0, (middle - half) / whole),
    high: successes === people ? 1 : Math.min(1, (middle + half) / whole),
  };
}

/**
 * The difference of two rates with its hybrid score interval (R. G. Newcombe, "Interval estimation for
 * the difference between independent proportions", Statistics in Medicine 17, 1998, method 10).
 */
export function newcombe(left: Proportion, right: Proportion): Estimate | undefined {
  const [one, other] = [wilson(left), wilson(right)];
  if (one === undefined || other === undefined) return undefined;
  const value = one.value - other.value;
  return {
    value,
    low: value - Math.hypot(one.value - one.low, other.high - other.value),
    high: value + Math.hypot(one.high - one.value, other.value - other.low),
  };
}

/**
 * How much larger the left rate is than the right one, as a part of it, with the interval of the ratio's
 * logarithm (D. Katz et al., "Obtaining confidence intervals for the risk ratio in cohort studies",
 * Biometrics 34, 1978, method C); undefined where one of them has no success, or both nothing else:
 * then that interval has no width, however few they are.
 */
export function relativeLift(left: Proportion, right: Proportion): Estimate | undefined {
  if (left.successes === 0 || right.successes === 0) return undefined;
  const ratio = left.successes / left.people / (right.successes / right.people);
  const variance = 1 / left.successes - 1 / left.people + 1 / right.successes - 1 / right.people;
  if (variance === 0) return undefined;
  const factor = Math.exp(z95 * Math.sqrt(variance));
  return { value: ratio - 1, low: ratio / factor - 1, high: ratio * factor - 1 };
}

/** The probability, were both alike, of rates at least as far apart: the two-sided pooled z-test. */
export function proportionsPValue(left: Proportion, right: Proportion): number {
  const pooled = (left.successes + right.successes) / (left.people + right.people);
  const variance = pooled * (1 - pooled) * (1 / left.people + 1 / right.people);
  if (variance === 0) return 1;
  const difference = left.successes / left.people - right.successes / right.people;
  return normalTails(difference / Math.sqrt(variance));
}
