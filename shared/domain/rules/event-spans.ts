import { dateInstant, type Instant } from '../time/instant.ts';
import { type DateSpan, dateSpan } from './date-span.ts';
import type { PropertyCondition } from './leaf.ts';
import type { Metric, Row } from './ledger/metric-history.ts';
import { entry, exit, type PairWindow } from './pair-window.ts';

/** A stretch of time, both ends included, in which an event (its position in the metric) counts. */
export type EventSpan = { readonly event: number; readonly first: Instant; readonly last: Instant };

/** Conditions on the dates of an event's rows, by column of the metric. */
export type RowSpans = readonly { readonly column: number; readonly span: DateSpan }[];

/** The conditions of a `where` that time changes; undefined when there is none. */
export function rowSpans(
  where: readonly PropertyCondition[],
  dates: readonly string[],
): RowSpans | undefined {
  const spans = where.flatMap((condition) => {
    const span = dateSpan(condition);
    return span === undefined ? [] : [{ column: dates.indexOf(condition.property), span }];
  });
  return spans.length === 0 ? undefined : spans;
}

export type EventsSeen = {
  readonly metric: Metric;
  readonly window: PairWindow;
  readonly rowSpans: RowSpans | undefined;
  readonly timeZone: string;
  /** Events before this instant are not looked at. */
  readonly floor: Instant;
};

/** When each event of a metric counts, without overlaps for one event. */
export function spansOfEvents(seen: EventsSeen): readonly EventSpan[] {
  const { metric, window, timeZone } = seen;
  return metric.times.flatMap((at, event) => {
    if (at < seen.floor) return [];
    const first = entry(window, at, timeZone);
    const last = exit(window, at, timeZone) - 1;
    if (seen.rowSpans === undefined) return first > last ? [] : [{ event, first, last }];
    return rowsTogether(seen.rowSpans, metric.rows[event] ?? [], timeZone)
      .map((span) => ({
        event,
        first: Math.max(first, span.first),
        last: Math.min(last, span.last),
      }))
      .filter((span) => span.first <= span.last);
  });
}

/** No instant is before this: borders are added up on the calendar. */
const exactly = Number.NEGATIVE_INFINITY;

type Stretch = { readonly first: Instant; readonly last: Instant };

/** When any one row satisfies all conditions: stretches in order, none touching the next. */
function rowsTogether(
  conditions: RowSpans,
  rows: readonly Row[],
  timeZone: string,
): readonly Stretch[] {
  const ofRows = rows
    .map((row): Stretch => {
      let first = Number.NEGATIVE_INFINITY;
      let last = Number.POSITIVE_INFINITY;
      for (const { column, span } of conditions) {
        const written = row[column];
        const at = written === undefined ? Number.NaN : dateInstant(written, timeZone);
        first = Math.max(first, span.first(at, timeZone, exactly));
        last = Math.min(last, span.last(at, timeZone, exactly));
      }
      return { first, last };
    })
    .filter(({ first, last }) => first <= last)
    .sort((one, other) => one.first - other.first);
  const merged: Stretch[] = [];
  for (const stretch of ofRows) {
    const previous = merged.at(-1);
    if (previous === undefined || stretch.first > previous.last + 1) merged.push(stretch);
    else {
      merged[merged.length - 1] = {
        first: previous.first,
        last: Math.max(previous.last, stretch.last),
      };
    }
  }
  return merged;
}
