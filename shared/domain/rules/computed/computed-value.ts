import type { Instant } from '../../time/instant.ts';
import type { Scalar } from '../leaf.ts';
import { decimalOf } from '../ledger/decimal.ts';
import { decimalNumber } from '../ledger/kept-bytes.ts';
import { type Metric, newMetric } from '../ledger/metric-history.ts';
import type { ComputedDefinition } from './computed.ts';
import { computedCourse } from './computed-course.ts';
import { readingOf } from './computed-reading.ts';

export type ValueNow = {
  /** Undefined: absent. */
  readonly value: Scalar | undefined;
  /** The first instant at which it changes with no new input. */
  readonly until: Instant;
};

type When = { readonly zone: string; readonly now: Instant };

/** A person's value, given what their ledger remembers of it (nothing: undefined); undefined: absent. */
export const valueAt = (
  definition: ComputedDefinition,
  metric: Metric | undefined,
  { zone, now }: When,
): Scalar | undefined =>
  readingOf(definition, zone).value(
    computedCourse(definition, zone)(metric ?? newMetric(), now).shown(),
    now,
  );

/** A person's value, given what their ledger remembers of it (nothing: undefined), and until when it stands. */
export function computedValue(
  definition: ComputedDefinition,
  metric: Metric | undefined,
  { zone, now }: When,
): ValueNow {
  const course = computedCourse(definition, zone)(metric ?? newMetric(), now);
  const reading = readingOf(definition, zone);
  let shown = course.shown();
  const value = reading.value(shown, now);
  const marks = typeof value === 'number' ? [value + 1] : [];
  const asked = { test: (other: unknown) => other === value, marks };
  let at = now;
  for (;;) {
    const turn = reading.turn(shown, at, asked);
    const next = course.next();
    if (turn < next || next === Number.POSITIVE_INFINITY) return { value, until: turn };
    at = next;
    shown = course.shown();
    if (reading.value(shown, at) !== value) return { value, until: at };
  }
}

const shownDecimals = 6;

/** As people see it: an average is rounded to 6 decimals, half away from zero. Conditions go by the exact one. */
export function shownValue(definition: ComputedDefinition, value: Scalar): Scalar {
  if (definition.function !== 'average' || typeof value !== 'number') return value;
  const { units, scale } = decimalOf(Math.abs(value));
  if (scale <= shownDecimals) return value;
  const unit = 10n ** BigInt(scale - shownDecimals);
  const rounded = (BigInt(units) + unit / 2n) / unit;
  return (value < 0 ? -1 : 1) * decimalNumber(Number(rounded), shownDecimals);
}
