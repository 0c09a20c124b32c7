/** A whole number of `10 ** -scale`: a plain number while that is exact, a bigint beyond. */
export type Units = number | bigint;
export type Decimal = { readonly units: Units; readonly scale: number };

export const zero: Decimal = { units: 0, scale: 0 };

/** Below this, numbers, their differences and their doubles are exact. */
const safe = 2 ** 51;

export const isSafe = (units: Units): units is number =>
  typeof units === 'number' && Math.abs(units) < safe;

/** The decimal that a JSON number is written as; anything else is 0. */
export function decimalOf(value: unknown): Decimal {
  if (typeof value !== 'number' || !Number.isFinite(value)) return zero;
  if (Number.isInteger(value) && Math.abs(value) < safe) return { units: value + 0, scale: 0 };
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const units = BigInt(whole + fraction);
  return scale >= 0
    ? { units: normal(units), scale }
    : { units: normal(units * 10n ** BigInt(-scale)), scale: 0 };
}

/** The same amount in finer units. */
export function rescale(units: Units, from: number, to: number): Units {
  if (from === to || units === 0) return units;
  const scaled = typeof units === 'number' ? units * 10 ** (to - from) : undefined;
  if (scaled !== undefined && to - from < 16 && isSafe(scaled)) return scaled;
  return normal(BigInt(units) * 10n ** BigInt(to - from));
}

export function add(left: Units, right: Units): Units {
  const sum = typeof left === 'number' && typeof right === 'number' ? left + right : undefined;
  return sum !== undefined && isSafe(sum) ? sum : normal(BigInt(left) + BigInt(right));
}

const normal = (units: bigint): Units =>
  units > -BigInt(safe) && units < BigInt(safe) ? Number(units) : units;

/** Bounds on an amount: it satisfies the comparisons while `low <= units <= high`. */
export type Bounds = { readonly low: Units; readonly high: Units };

export type Comparisons = {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly equals?: number | undefined;
};

/** The comparisons as bounds in whole units of a scale; without any comparison there are none. */
export function boundsAt(comparisons: Comparisons, scale: number): Bounds {
  let low: Units = Number.NEGATIVE_INFINITY;
  let high: Units = Number.POSITIVE_INFINITY;
  const raise = (units: Units): void => void (low = units > low ? units : low);
  const lower = (units: Units): void => void (high = units < high ? units : high);
  const { atLeast, atMost, above, below, equals } = comparisons;
  if (atLeast !== undefined) raise(ceiling(atLeast, scale));
  if (above !== undefined) raise(add(floor(above, scale), 1));
  if (atMost !== undefined) lower(floor(atMost, scale));
  if (below !== undefined) lower(add(ceiling(below, scale), -1));
  if (equals !== undefined) {
    raise(ceiling(equals, scale));
    lower(floor(equals, scale));
  }
  return { low, high };
}

const ceiling = (value: number, scale: number): Units => {
  const units = floor(-value, scale);
  return typeof units === 'number' ? 0 - units : -units;
};

function floor(value: number, scale: number): Units {
  const decimal = decimalOf(value);
  if (decimal.scale <= scale) return rescale(decimal.units, decimal.scale, scale);
  const unit = 10n ** BigInt(decimal.scale - scale);
  const units = BigInt(decimal.units);
  const whole = units / unit;
  return normal(units < 0n && whole * unit !== units ? whole - 1n : whole);
}
