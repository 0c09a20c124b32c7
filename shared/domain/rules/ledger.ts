import type { Instant } from '../time/instant.ts';
import { add, rescale } from './decimal.ts';
import { ledgerVersion, packMetric, unpackLedger, unpackMetric } from './ledger-bytes.ts';
import type { Match, MetricSpec } from './metric.ts';
import { type Metric, newMetric, weigh } from './metric-history.ts';
import { writeCount } from './packed.ts';

const dayMs = 86_400_000;

/** Single events stay this much longer than a rule needs them, for inputs that arrive late. */
export const marginDays = 45;

/** One person's metrics by id, each still packed until it is read. Changed in place. */
export type Ledger = { readonly metrics: Map<number, Metric | Uint8Array> };

/** Throws on bytes that `encodeLedger` did not write. */
export const decodeLedger = (bytes: Uint8Array | undefined): Ledger => ({
  metrics: bytes === undefined ? new Map() : unpackLedger(bytes),
});

/** Version, then per metric, by id: id, length, packed content. */
export function encodeLedger(ledger: Ledger): Uint8Array {
  const bytes = [ledgerVersion];
  for (const id of [...ledger.metrics.keys()].sort((a, b) => a - b)) {
    const metric = ledger.metrics.get(id) ?? newMetric();
    const packed = metric instanceof Uint8Array ? metric : packMetric(metric);
    writeCount(bytes, id);
    writeCount(bytes, packed.length);
    for (const byte of packed) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** A metric of the ledger, unpacked when first read; undefined when it was never filled. */
export function readMetric(ledger: Ledger, metricId: number): Metric | undefined {
  const metric = ledger.metrics.get(metricId);
  if (!(metric instanceof Uint8Array)) return metric;
  const unpacked = unpackMetric(metric, newMetric());
  ledger.metrics.set(metricId, unpacked);
  return unpacked;
}

export const hasMetric = (ledger: Ledger, metricId: number): boolean =>
  ledger.metrics.has(metricId);

/** The metric is present and holds nothing: before it is filled anew, or for a new person. */
export function emptyMetric(ledger: Ledger, metricId: number): void {
  ledger.metrics.set(metricId, newMetric());
}

/** Forgets every metric but those of `keepIds`. */
export function dropMetrics(ledger: Ledger, keepIds: ReadonlySet<number>): void {
  for (const id of ledger.metrics.keys()) if (!keepIds.has(id)) ledger.metrics.delete(id);
}

/** Adds one matching event, in any order of time; `foldLedger` afterwards keeps the ledger small. */
export function addEvent(
  ledger: Ledger,
  metricId: number,
  spec: MetricSpec,
  instant: Instant,
  match: Match,
): void {
  const metric = readMetric(ledger, metricId) ?? newMetric();
  ledger.metrics.set(metricId, metric);
  let at = metric.times.length;
  while (at > 0 && (metric.times[at - 1] ?? 0) > instant) at--;
  metric.times.splice(at, 0, instant);
  if (spec.dates.length > 0) metric.rows.splice(at, 0, [...match.rows]);
  if (spec.sum === null) return;
  refine(metric, match.value.scale);
  const value = rescale(match.value.units, match.value.scale, metric.scale);
  metric.values.splice(at, 0, value);
  weigh(metric, value);
}

/** Moves events that no window can see any more into the totals. Never events of the future. */
export function foldLedger(ledger: Ledger, metricId: number, spec: MetricSpec, now: Instant): void {
  if (spec.retentionDays === null) return;
  const metric = readMetric(ledger, metricId);
  if (metric === undefined) return;
  const days = spec.retentionDays === 0 ? 0 : spec.retentionDays + marginDays;
  const oldest = now - days * dayMs;
  let folded = 0;
  while (folded < metric.times.length && (metric.times[folded] ?? 0) <= oldest) folded++;
  if (folded === 0) return;
  const times = metric.times.splice(0, folded);
  metric.count += folded;
  metric.first = Math.min(metric.first, times[0] ?? metric.first);
  metric.last = Math.max(metric.last, times[folded - 1] ?? metric.last);
  metric.rows.splice(0, folded);
  for (const value of metric.values.splice(0, folded)) metric.sum = add(metric.sum, value);
}

/** Brings the metric to units at least as fine as those of a new amount. */
function refine(metric: Metric, scale: number): void {
  if (scale <= metric.scale) return;
  const from = metric.scale;
  metric.values = metric.values.map((value) => rescale(value, from, scale));
  metric.sum = rescale(metric.sum, from, scale);
  metric.scale = scale;
  metric.magnitude = 0;
  weigh(metric, metric.sum);
  for (const value of metric.values) weigh(metric, value);
}
