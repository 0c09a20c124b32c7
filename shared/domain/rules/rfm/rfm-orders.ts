import type { Instant } from '../../time/instant.ts';
import { add, type Units } from '../ledger/decimal.ts';
import type { Metric } from '../ledger/metric-history.ts';
import { exit, type PairWindow, pairWindow, timesBefore } from '../pair-window.ts';
import type { RfmSettings } from './rfm.ts';

/** For how long an order counts, on which calendar. */
export type OrderWindow = { readonly window: PairWindow; readonly timeZone: string };

export const orderWindow = ({ within }: RfmSettings, timeZone: string): OrderWindow => ({
  window: pairWindow({ within }, timeZone),
  timeZone,
});

type Exit = { readonly at: Instant; readonly event: number };

/** The orders that count at an instant, and those that are to come or to go. Changed in place by `walkTo`. */
export type OrderWalk = {
  readonly metric: Metric;
  orders: number;
  /** In units of the metric's scale. */
  units: Units;
  /** The latest that counts; -Infinity while none does. */
  last: Instant;
  /** Position in the metric's times of the next to come. */
  coming: number;
  /** In order of time; empty without a window: nothing ever goes. */
  readonly exits: readonly Exit[];
  going: number;
};

const noExits: readonly Exit[] = [];

/** Stands at `now`. */
export function walkOrders(
  metric: Metric,
  { window, timeZone }: OrderWindow,
  now: Instant,
): OrderWalk {
  const isOpen = window.close === undefined;
  const walk: OrderWalk = {
    metric,
    // What a window has left behind may be folded into the totals.
    orders: isOpen ? metric.count : 0,
    units: isOpen ? metric.sum : 0,
    last: isOpen ? metric.last : Number.NEGATIVE_INFINITY,
    coming: 0,
    exits: noExits,
    going: 0,
  };
  if (isOpen) return walkTo(walk, now);
  walk.coming = timesBefore(metric.times, now - (window.close?.most ?? 0));
  const exits = exitsFrom(walk, { window, timeZone });
  return walkTo({ ...walk, exits }, now);
}

/** On the calendar a later order may go before an earlier one: 29 and 31 January both end with February. */
function exitsFrom({ metric, coming }: OrderWalk, { window, timeZone }: OrderWindow): Exit[] {
  const exits: Exit[] = [];
  for (let event = coming; event < metric.times.length; event++) {
    exits.push({ at: exit(window, metric.times[event] ?? 0, timeZone), event });
  }
  return exits.sort((one, other) => one.at - other.at);
}

/** The first instant after the walk's at which another order comes or goes; Infinity: never. */
export function nextTurn({ metric, coming, exits, going }: OrderWalk): Instant {
  const comes = metric.times[coming] ?? Number.POSITIVE_INFINITY;
  const goes = exits[going]?.at ?? Number.POSITIVE_INFINITY;
  return comes < goes ? comes : goes;
}

/** Goes on to a later instant. */
export function walkTo(walk: OrderWalk, now: Instant): OrderWalk {
  const { times, values } = walk.metric;
  for (let at = times[walk.coming]; at !== undefined && at <= now; at = times[walk.coming]) {
    walk.orders += 1;
    walk.units = add(walk.units, values[walk.coming] ?? 0);
    if (at > walk.last) walk.last = at;
    walk.coming += 1;
  }
  for (let one = walk.exits[walk.going]; one !== undefined && one.at <= now; ) {
    walk.orders -= 1;
    walk.units = add(walk.units, -(values[one.event] ?? 0));
    walk.going += 1;
    if (times[one.event] === walk.last) walk.last = latestLeft(walk);
    one = walk.exits[walk.going];
  }
  return walk;
}

function latestLeft({ metric, coming, exits, going }: OrderWalk): Instant {
  let latest = -1;
  for (let index = going; index < exits.length; index++) {
    const event = exits[index]?.event ?? 0;
    if (event < coming && event > latest) latest = event;
  }
  return metric.times[latest] ?? Number.NEGATIVE_INFINITY;
}
