import { addDuration, maxMs, parseDuration, subtractDuration } from '../time/duration.ts';
import { dateInstant, type Instant, readDate } from '../time/instant.ts';
import type { PropertyCondition } from './leaf.ts';

export type DateWords = Pick<
  PropertyCondition,
  'within' | 'olderThan' | 'between' | 'inNext' | 'before' | 'after'
>;

/**
 * The instants of evaluation, first to last, at which a condition on a date `at` holds. What is surely
 * before `now` is exact no further than that: it spares the calendar.
 */
export type DateSpan = { readonly first: Border; readonly last: Border };

type Border = (at: Instant, timeZone: string, now: Instant) => Instant;

const startOfTime = Number.NEGATIVE_INFINITY;
const endOfTime = Number.POSITIVE_INFINITY;

/** The span in which all words hold; undefined when there is no word about a date. */
export function dateSpan(words: DateWords): DateSpan | undefined {
  const spans = spansOf(words);
  const [only] = spans;
  if (spans.length <= 1) return only;
  return {
    first: (at, timeZone, now) => Math.max(...spans.map((span) => span.first(at, timeZone, now))),
    last: (at, timeZone, now) => Math.min(...spans.map((span) => span.last(at, timeZone, now))),
  };
}

/** A condition that time does not change, as a span: the whole of time or nothing of it. */
const fixedSpan = (holds: (at: Instant, timeZone: string) => boolean): DateSpan => ({
  first: (at, timeZone) => (holds(at, timeZone) ? startOfTime : endOfTime),
  last: (at, timeZone) => (holds(at, timeZone) ? endOfTime : startOfTime),
});

function spansOf({ within, olderThan, between, inNext, before, after }: DateWords): DateSpan[] {
  const spans: DateSpan[] = [];
  if (within !== undefined) spans.push({ first: (at) => at, last: shifted(within, 0) });
  if (olderThan !== undefined) {
    spans.push({ first: shifted(olderThan, 1), last: () => endOfTime });
  }
  if (between !== undefined) {
    spans.push({ first: shifted(between[1], 1), last: shifted(between[0], 0) });
  }
  if (inNext !== undefined) {
    const duration = parseDuration(inNext);
    spans.push({
      first: (at, timeZone) => subtractDuration(at, duration, timeZone),
      last: (at) => at - 1,
    });
  }
  if (before !== undefined) {
    const border = borderIn(before);
    spans.push(fixedSpan((at, timeZone) => at < border(timeZone)));
  }
  if (after !== undefined) {
    const border = borderIn(after);
    spans.push(fixedSpan((at, timeZone) => at > border(timeZone)));
  }
  return spans;
}

function shifted(text: string, plusMs: number): Border {
  const duration = parseDuration(text);
  const mostMs = maxMs(duration) + plusMs;
  return (at, timeZone, now) =>
    at + mostMs < now ? at + mostMs : addDuration(at, duration, timeZone) + plusMs;
}

function borderIn(text: string): (timeZone: string) => Instant {
  const written = readDate(text);
  if (written === undefined) throw new RangeError(`"${text}" is not an ISO 8601 date`);
  return (timeZone) => dateInstant(written, timeZone);
}
