import type { Instant } from '../../time/instant.ts';
import { type EventSpan, rowSpans, spansOfEvents } from '../event-spans.ts';
import type { Scalar } from '../leaf.ts';
import type { Metric } from '../ledger/metric-history.ts';
import { exit, type PairWindow, pairWindow, timesBefore } from '../pair-window.ts';
import type { ComputedDefinition } from './computed.ts';
import { computedSpec } from './computed.ts';
import { type Gauge, gaugeOf } from './computed-gauge.ts';

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
    const timeZone = companyTimeZone;
    if (conditions === undefined) return passing(gauge, { window, times, timeZone, past }, now);
    const floor = Number.NEGATIVE_INFINITY;
    const spans = spansOfEvents({ metric, window, rowSpans: conditions, timeZone, floor });
    return changing(gauge, spans, now);
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

type Passing = {
  readonly window: PairWindow;
  readonly times: readonly Instant[];
  readonly timeZone: string;
  /** How many events lie in the past. */
  readonly past: number;
};

/** Events come at their own instant and leave when the window closes over them: looked up on the calendar as late as may be. */
function passing(gauge: Gauge, { window, times, timeZone, past }: Passing, now: Instant): Course {
  const { least, most } = window.close ?? { least: 0, most: Number.POSITIVE_INFINITY };
  const leaving: { readonly event: number; readonly at: Instant }[] = [];
  const lookUp = (event: number): void => {
    const at = exit(window, times[event] ?? 0, timeZone);
    if (at <= now) return;
    let place = leaving.length;
    while (place > 0 && (leaving[place - 1]?.at ?? 0) > at) place--;
    leaving.splice(place, 0, { event, at });
  };
  let entered = past;
  let looked = timesBefore(times, now - most);
  for (; looked < past && (times[looked] ?? 0) < now - least; looked++) lookUp(looked);
  for (const { event } of leaving) gauge.add(event);
  for (let event = looked; event < past; event++) gauge.add(event);
  const nextExit = (): Instant => {
    for (; looked < entered; looked++) {
      const first = leaving[0];
      if (first !== undefined && (times[looked] ?? 0) + least >= first.at) break;
      lookUp(looked);
    }
    return leaving[0]?.at ?? Number.POSITIVE_INFINITY;
  };
  return {
    shown: gauge.shown,
    next: () => {
      const at = Math.min(nextExit(), times[entered] ?? Number.POSITIVE_INFINITY);
      for (let first = leaving[0]; first?.at === at; first = leaving[0]) {
        gauge.remove(first.event);
        leaving.shift();
      }
      while (entered < times.length && times[entered] === at) gauge.add(entered++);
      return at;
    },
  };
}

/** With conditions on dates events come and go, more than once each. */
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
