import { localDay, startOfDay } from '../../time/calendar.ts';
import type { Instant } from '../../time/instant.ts';
import type { Scalar } from '../leaf.ts';
import type { ValueTest } from '../value-test.ts';
import type { ComputedDefinition } from './computed.ts';

/** How a value is read off its course at an instant, and when the passing of days alone turns a test of it. */
export type Reading = {
  readonly value: (shown: Scalar | undefined, at: Instant) => Scalar | undefined;
  /** The first instant after `at`; Infinity: never. */
  readonly turn: (shown: Scalar | undefined, at: Instant, asked: Asked) => Instant;
};

export type Asked = {
  readonly test: ValueTest;
  /** Whole numbers at which the test may turn, ascending. */
  readonly marks: readonly number[];
};

const plain: Reading = { value: (shown) => shown, turn: () => Number.POSITIVE_INFINITY };

export const readingOf = (definition: ComputedDefinition, companyTimeZone: string): Reading =>
  definition.function === 'daysSince' ? daysReading(companyTimeZone) : plain;

/** No calendar names a later instant. */
const endOfTime = 8.64e15;

/** Days are counted by their beginnings, so that a clock set back over midnight takes none away. */
function daysReading(timeZone: string): Reading {
  const value: Reading['value'] = (shown, at) =>
    typeof shown === 'number' ? dayAt(at, timeZone) - dayAt(shown, timeZone) : undefined;
  return {
    value,
    turn: (shown, at, { test, marks }) => {
      if (typeof shown !== 'number') return Number.POSITIVE_INFINITY;
      const from = dayAt(shown, timeZone);
      const days = dayAt(at, timeZone) - from;
      const holds = test(days);
      for (const mark of marks) {
        if (mark <= days) continue;
        const instant =
          mark > endOfTime / 86_400_000 ? endOfTime : startOfDay(from + mark, timeZone);
        if (instant >= endOfTime) break;
        if (test(value(shown, instant)) !== holds) return instant;
      }
      return Number.POSITIVE_INFINITY;
    },
  };
}

/** The latest day that has begun. */
function dayAt(instant: Instant, timeZone: string): number {
  let day = localDay(instant, timeZone);
  while (startOfDay(day + 1, timeZone) <= instant) day++;
  return day;
}
