import type { Instant } from '../time/instant.ts';
import type { ComputedDefinition } from './computed.ts';
import { computedSpec } from './computed.ts';
import { type Gauge, gaugeOf } from './computed-gauge.ts';
import { type EventSpan, rowSpans, spansOfEvents } from './event-spans.ts';
import type { Scalar } from './leaf.ts';
import type { Metric } from './metric-history.ts';
import { pairWindow, timesBefore } from './pair-window.ts';

/** How a value goes on from an instant when nothing new is done. */
export type Course = {
  /** At the instant reached; of `daysSince` the instant from which the days are counted. */
  readonly shown: () => Scalar | undefined;
  /** Moves to the next instant at which an event comes to count or no longer does; Infinity: there is none. */
  readonly next: () => Instant;
};

/** The course of a person's value from `now` on, given what their ledger remembers of it. */
export function computedCourse(
  definition: ComputedDefinition,
  companyTimeZone: string,
): (metric: Metric, now: Instant) => Course {
  const { function: word, where = [], within } = definition;
  const window = pairWindow({ within }, companyTimeZone);
  const conditions = rowSpans(where, computedSpec(definition).dates);
  const countsTotals = within === undefined;
  return (metric, now) => {
    const gauge = gaugeOf(word, metric, countsTotals);
    const { times } = metric;
    const past = timesBefore(times, now + 1);
    if (countsTotals && conditions === undefined) {
      for (let event = 0; event < past; event++) gauge.add(event);
      return past === times.length ? standing(gauge) : coming(gauge, times, past);
    }
    const { close } = window;
    const floor = close === undefined ? Number.NEGATIVE_INFINITY : now - close.most;
    const seen = { metric, window, rowSpans: conditions, timeZone: companyTimeZone, floor };
    return changing(gauge, spansOfEvents(seen), now);
  };
}

const standing = ({ shown }: Gauge): Course => ({ shown, next: () => Number.POSITIVE_INFINITY });

/** Events only come, each at its own instant. */
function coming({ add, shown }: Gauge, times: readonly Instant[], past: number): Course {
  let event = past;
  return {
    shown,
    next: () => {
      const at = times[event] ?? Number.POSITIVE_INFINITY;
      while (event < times.length && times[event] === at) add(event++);
      return at;
    },
  };
}

function changing(
  { add, remove, shown }: Gauge,
  spans: readonly EventSpan[],
  now: Instant,
): Course {
  const borders: { readonly at: Instant; readonly change: () => void }[] = [];
  for (const { event, first, last } of spans) {
    if (first <= now && now <= last) add(event);
    if (first > now) borders.push({ at: first, change: () => add(event) });
    if (last >= now && last !== Number.POSITIVE_INFINITY) {
      borders.push({ at: last + 1, change: () => remove(event) });
    }
  }
  borders.sort((one, other) => one.at - other.at);
  let border = 0;
  return {
    shown,
    next: () => {
      const at = borders[border]?.at ?? Number.POSITIVE_INFINITY;
      for (; borders[border]?.at === at; border++) borders[border]?.change();
      return at;
    },
  };
}
