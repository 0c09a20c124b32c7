import {
  addEvent,
  emptyMetric,
  foldLedger,
  hasMetric,
  type Ledger,
} from '../rules/ledger/ledger.ts';
import { matchEvent } from '../rules/ledger/metric.ts';
import type { Instant } from '../time/instant.ts';
import type { Metric } from './metric-registry.ts';
import type { Ruleset } from './ruleset.ts';

/** Something a person did, as the ledgers see it. */
export type PastEvent = {
  readonly name: string;
  readonly occurredAt: Instant;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** Metrics that a person's ledger must be given from the timeline before rules can be asked. */
export const missingMetrics = (ruleset: Ruleset, ledger: Ledger): readonly Metric[] =>
  ruleset.unfilled.filter((metric) => !hasMetric(ledger, metric.id));

/** Fills metrics with all that the person ever did; answers whether any of it was there. */
export function fillMetrics(
  ledger: Ledger,
  metrics: readonly Metric[],
  past: { readonly events: readonly PastEvent[]; readonly now: Instant },
): boolean {
  let found = false;
  for (const metric of metrics) {
    emptyMetric(ledger, metric.id);
    for (const event of past.events) {
      if (event.name === metric.spec.event && addToMetric(ledger, metric, event)) found = true;
    }
    foldLedger(ledger, metric.id, metric.spec, past.now);
  }
  return found;
}

/** Adds an event to every metric it matters to, and answers their ids. */
export function recordEvent(
  ledger: Ledger,
  ruleset: Ruleset,
  event: PastEvent,
  now: Instant,
): readonly number[] {
  const touched: number[] = [];
  for (const metric of ruleset.metricsByEvent.get(event.name) ?? []) {
    if (!addToMetric(ledger, metric, event)) continue;
    foldLedger(ledger, metric.id, metric.spec, now);
    touched.push(metric.id);
  }
  return touched;
}

function addToMetric(ledger: Ledger, metric: Metric, event: PastEvent): boolean {
  const match = matchEvent(metric.spec, event.properties);
  if (match === undefined) return false;
  addEvent(ledger, metric.id, metric.spec, event.occurredAt, match);
  return true;
}
