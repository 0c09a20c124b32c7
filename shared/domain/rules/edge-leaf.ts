import type { Instant } from '../time/instant.ts';
import { type Answer, always, answerOfSpan, never } from './answer.ts';
import type { DateSpan } from './date-span.ts';
import { type RowSpans, spansOfEvents } from './event-spans.ts';
import type { Metric } from './ledger/metric-history.ts';
import { timesBefore } from './pair-window.ts';

export type EdgeLeaf = {
  readonly edge: 'first' | 'last';
  /** Conditions on the event's own instant. */
  readonly span: DateSpan | undefined;
  readonly rowSpans: RowSpans | undefined;
};

/** Which event is the first or the last at `now`, and when another may take its place. */
type Edge = { readonly at: Instant | undefined; readonly until: Instant };

/** Whether the first or last event satisfies its conditions; `since` bars events before an instant. */
export function edgeAnswer(
  leaf: EdgeLeaf,
): (metric: Metric, timeZone: string, now: Instant, since: Instant) => Answer {
  return (metric, timeZone, now, since) => {
    const ofEdge = edgeFinder(leaf, metric, timeZone);
    const answerAt = (edge: Edge, instant: Instant): Answer => {
      if (edge.at === undefined || edge.at < since) return never;
      if (leaf.span === undefined) return always;
      const { first, last } = leaf.span;
      return answerOfSpan(
        first(edge.at, timeZone, instant),
        last(edge.at, timeZone, instant),
        instant,
      );
    };
    let edge = ofEdge(now);
    let answer = answerAt(edge, now);
    const held = answer > 0;
    while (Math.abs(answer) >= edge.until && edge.until !== Number.POSITIVE_INFINITY) {
      const instant = edge.until;
      edge = ofEdge(instant);
      answer = answerAt(edge, instant);
      if (answer > 0 !== held) return held ? instant : -instant;
    }
    return answer;
  };
}

/** The first or last event as it stands at an instant, and until when it does. */
export function edgeFinder(
  leaf: Pick<EdgeLeaf, 'edge' | 'rowSpans'>,
  metric: Metric,
  timeZone: string,
): (now: Instant) => Edge {
  const { edge, rowSpans } = leaf;
  if (rowSpans !== undefined) return datedEdgeFinder(edge, rowSpans, metric, timeZone);
  const { times } = metric;
  return (now) => {
    const past = timesBefore(times, now + 1);
    const next = times[past] ?? Number.POSITIVE_INFINITY;
    const folded = metric.count === 0 ? undefined : metric[edge];
    if (edge === 'first') {
      const first = past === 0 ? undefined : times[0];
      const at = least(folded, first);
      return { at, until: at === undefined ? next : Number.POSITIVE_INFINITY };
    }
    const last = past === 0 ? undefined : times[past - 1];
    return {
      at: folded === undefined || last === undefined ? (last ?? folded) : Math.max(folded, last),
      until: next,
    };
  };
}

const least = (one: Instant | undefined, other: Instant | undefined): Instant | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

/** With conditions on the events' dates, an event can come and go as time passes. */
function datedEdgeFinder(
  edge: 'first' | 'last',
  rowSpans: RowSpans,
  metric: Metric,
  timeZone: string,
): (now: Instant) => Edge {
  const window = { open: undefined, close: undefined };
  const floor = Number.NEGATIVE_INFINITY;
  const spans = spansOfEvents({ metric, window, rowSpans, timeZone, floor });
  return (now) => {
    let at: Instant | undefined;
    let until = Number.POSITIVE_INFINITY;
    for (const { event, first, last } of spans) {
      if (first > now) until = Math.min(until, first);
      else if (last >= now) {
        until = Math.min(until, last + 1);
        const found = metric.times[event];
        if (at === undefined || edge === 'last') at = found;
      }
    }
    return { at, until };
  };
}
