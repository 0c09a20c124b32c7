/** The two-sided 95 % point of the standard normal distribution. */
export const z95 = 1.959963984540054;

/** Beyond it the tail is smaller than what a double can tell from nothing. */
const farOut = 8.5;

/**
 * How likely a standard normal value lies at least as far from 0 as `z`: 1 - erf(|z| / sqrt 2), the error
 * function by its series of positive terms (NIST Digital Library of Mathematical Functions, 7.6.2).
 */
export function normalTails(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (Math.abs(z) > farOut) return 0;
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return Math.max(0, 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum);
}

/**
 * How likely a value of Student's t distribution lies at least as far from 0 as `t`: I_x(df/2, 1/2) at
 * x = df / (df + t²) (M. Abramowitz, I. Stegun, 26.7.1), near 0 by its complement, which keeps the digits.
 */
export function studentTails(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  const whole = degrees + t * t;
  return t * t < degrees
    ? 1 - incompleteBeta((t * t) / whole, 0.5, degrees / 2)
    : incompleteBeta(degrees / whole, degrees / 2, 0.5);
}

/** The point beyond which, on both sides, Student's t distribution has `tails`; found by halving. */
export function studentPoint(tails: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (studentTails(high, degrees) > tails && high < 1e12) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step += 1) {
    const middle = (low + high) / 2;
    if (studentTails(middle, degrees) > tails) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function I_x(a, b); its symmetry (DLMF 8.17.4) where the fraction converges slowly. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const tiny = 1e-300;
const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);

/** The continued fraction DLMF 8.17.22, by Lentz's method as Thompson and Barnett (1986) changed it. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) return fraction;
  }
  return fraction;
}

/** Coefficients for g = 7 and nine terms, by P. Godfrey. */
const lanczos = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12,
  9.984_369_578_019_572e-6, 1.505_632_735_149_311_6e-7,
];

/** The logarithm of the gamma function for x >= 0.5 (C. Lanczos, 1964). */
function logGamma(x: number): number {
  const [first = 0, ...others] = lanczos;
  const series = others.reduce((sum, coefficient, n) => sum + coefficient / (x + n), first);
  const shifted = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(shifted) - shifted + Math.log(series);
}
