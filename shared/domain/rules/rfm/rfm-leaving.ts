import type { Instant } from '../../time/instant.ts';
import { type Answer, never } from '../answer.ts';
import type { Metric } from '../ledger/metric-history.ts';
import { exit, fallsBelow } from '../pair-window.ts';
import type { RfmCuts } from './rfm.ts';
import type { OrderWindow } from './rfm-orders.ts';
import { bordersBelow, monetaryBorders } from './rfm-scores.ts';

/** No order is too old to be looked at. */
const floor = Number.NEGATIVE_INFINITY;

/** Scores asked for: by frequency and monetary score (5 x 5, 1 first), recency scores as bits, 1 lowest. */
export type WantedScores = readonly number[];

/**
 * All orders have come and from now on they only leave their window: every score falls at instants that
 * are looked up, and orders in between are not gone through. Amounts are not negative, and exact as
 * numbers. Undefined where the calendar lets the last order leave before an earlier one.
 */
export function leavingAnswer(
  wanted: WantedScores,
  cuts: RfmCuts,
  { window, timeZone }: OrderWindow,
): (metric: Metric, latest: Instant, now: Instant) => Answer | undefined {
  const { recencyMs, frequency } = cuts;
  const moneyAt = monetaryBorders(cuts);
  const rows = bordersThatMatter((row, column) => wanted[row * 5 + column]);
  const columns = bordersThatMatter((column, row) => wanted[row * 5 + column]);
  // Written anew for each person: an evaluation is never interrupted.
  const rowFalls = rows.map(() => 0);
  const columnFalls = columns.map(() => 0);
  const holds = (at: Instant, passed: number): boolean => {
    const row = (rows[after(rowFalls, at) - 1] ?? -1) + 1;
    const column = (columns[after(columnFalls, at) - 1] ?? -1) + 1;
    return (((wanted[row * 5 + column] ?? 0) >> (4 - passed)) & 1) === 1;
  };
  return (metric, latest, now) => {
    const orders = { window, times: metric.times, values: undefined, floor, timeZone };
    const gone = fallsBelow(orders, 1, now);
    if (gone <= now) return never;
    if (gone !== exit(window, latest, timeZone)) return undefined;
    for (let index = 0; index < rows.length; index++) {
      const low = Math.floor(frequency[rows[index] ?? 0] ?? 0) + 1;
      rowFalls[index] = fallsBelow(orders, low, now);
    }
    // Below 2 ** 51 every amount is a number.
    const money = { ...orders, values: metric.values as readonly number[] };
    const units = moneyAt(metric.scale);
    for (let index = 0; index < columns.length; index++) {
      const low = (units[columns[index] ?? 0] ?? 0) + 1;
      columnFalls[index] = low <= 0 ? Number.POSITIVE_INFINITY : fallsBelow(money, low, now);
    }
    let at = now;
    let passed = bordersBelow(recencyMs, at - latest);
    const held = holds(at, passed);
    for (;;) {
      const older = latest + (recencyMs[passed] ?? Number.POSITIVE_INFINITY) + 1;
      at = earliest(columnFalls, at, earliest(rowFalls, at, older < gone ? older : gone));
      if (at === gone) return held ? gone : never;
      passed = bordersBelow(recencyMs, at - latest);
      if (holds(at, passed) !== held) return held ? at : -at;
    }
  };
}

/** The borders whose passing can make a difference, of four. */
function bordersThatMatter(
  wantedAt: (score: number, other: number) => number | undefined,
): readonly number[] {
  const others = [0, 1, 2, 3, 4];
  return [0, 1, 2, 3].filter((border) =>
    others.some((other) => wantedAt(border, other) !== wantedAt(border + 1, other)),
  );
}

/** How many of these instants are still to come. */
function after(instants: readonly Instant[], at: Instant): number {
  let count = 0;
  for (let index = 0; index < instants.length; index++) if ((instants[index] ?? 0) > at) count++;
  return count;
}

/** The first of these instants after `at`, if it comes before `otherwise`. */
function earliest(instants: readonly Instant[], at: Instant, otherwise: Instant): Instant {
  let first = otherwise;
  for (let index = 0; index < instants.length; index++) {
    const instant = instants[index] ?? 0;
    if (instant > at && instant < first) first = instant;
  }
  return first;
}
