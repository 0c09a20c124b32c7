import { dayMs } from '../../time/calendar.ts';
import type { Instant } from '../../time/instant.ts';
import type { Scalar } from '../leaf.ts';
import { add, type Decimal, rescale } from './decimal.ts';
import {
  amountOf,
  capReadings,
  foldAmount,
  foldReadings,
  newKept,
  readingsOf,
  trimFolded,
  type ValuesSpec,
} from './kept-values.ts';
import {
  ledgerVersion,
  packedMetric,
  packMetric,
  unpackLedger,
  unpackMetric,
} from './ledger-bytes.ts';
import type { Match, MetricSpec } from './metric.ts';
import { type Metric, newMetric, weigh } from './metric-history.ts';
import { writeCount } from './packed.ts';

/** Single events stay this much longer than a rule needs them, for inputs that arrive late. */
const marginDays = 45;

/**
 * No packed ledger is longer: it is written whole, in one transaction of at most 4 MB. Some 700 000
 * events reach it, which nobody does by hand.
 */
export const maxLedgerBytes = 2 * 1024 * 1024;

/** A ledger that has to be cut is cut to this, so that it is not cut again by the next event. */
const cutLedgerBytes = 1.5 * 1024 * 1024;

/** One person's metrics by id, each still packed until it is read. Changed in place. */
export type Ledger = { readonly metrics: Map<number, Metric | Uint8Array> };

/** Throws on bytes that `encodeLedger` did not write. */
export const decodeLedger = (bytes: Uint8Array | undefined): Ledger => ({
  metrics: bytes === undefined ? new Map() : unpackLedger(bytes),
});

/**
 * Version, then per metric, by id: id, length, packed content. A ledger beyond `maxLedgerBytes` is cut:
 * its oldest single events become totals too early, so that windows no longer see them.
 */
export function encodeLedger(ledger: Ledger): Uint8Array {
  const packed = new Map<number, Uint8Array>();
  for (const [id, metric] of ledger.metrics) packed.set(id, packedForm(metric));
  if (sizeOf(packed) > maxLedgerBytes) cutLedger(ledger, packed);
  const bytes = new Uint8Array(sizeOf(packed));
  bytes[0] = ledgerVersion;
  let at = 1;
  for (const id of [...packed.keys()].sort((a, b) => a - b)) {
    const content = packed.get(id) ?? new Uint8Array();
    const head = headOf(id, content);
    bytes.set(head, at);
    bytes.set(content, at + head.length);
    at += head.length + content.length;
  }
  return bytes;
}

const packedForm = (metric: Metric | Uint8Array): Uint8Array =>
  metric instanceof Uint8Array ? metric : packMetric(metric);

function headOf(id: number, content: Uint8Array): number[] {
  const head: number[] = [];
  writeCount(head, id);
  writeCount(head, content.length);
  return head;
}

function sizeOf(packed: ReadonlyMap<number, Uint8Array>): number {
  let size = 1;
  for (const [id, content] of packed) size += headOf(id, content).length + content.length;
  return size;
}

/** Folds half of the largest metric's events, again and again, until the ledger has room. */
function cutLedger(ledger: Ledger, packed: Map<number, Uint8Array>): void {
  while (sizeOf(packed) > cutLedgerBytes) {
    const [largest] = [...packed].sort(([, one], [, other]) => other.length - one.length);
    const metric = largest === undefined ? undefined : readMetric(ledger, largest[0]);
    if (largest === undefined || metric === undefined || !halve(metric)) return;
    packed.set(largest[0], packMetric(metric));
  }
}

/** Makes a metric smaller; false when there is nothing left to fold or to forget. */
function halve(metric: Metric): boolean {
  const { times, kept } = metric;
  if (times.length > 0) {
    foldOldest(metric, Math.ceil(times.length / 2));
    return true;
  }
  if (kept === undefined || 'counts' in kept || kept.folded.size <= 1) return false;
  trimFolded(kept, kept.folded.size >> 1);
  return true;
}

/** A metric of the ledger, unpacked when first read; undefined when it was never filled. */
export function readMetric(ledger: Ledger, metricId: number): Metric | undefined {
  const metric = ledger.metrics.get(metricId);
  if (!(metric instanceof Uint8Array)) return metric;
  const unpacked = unpackMetric(metric, newMetric());
  ledger.metrics.set(metricId, unpacked);
  return unpacked;
}

/** One metric of a packed ledger by itself; undefined when it was never filled. */
export function metricIn(bytes: Uint8Array | undefined, metricId: number): Metric | undefined {
  const packed = bytes && packedMetric(bytes, metricId);
  return packed && unpackMetric(packed, newMetric());
}

export const hasMetric = (ledger: Ledger, metricId: number): boolean =>
  ledger.metrics.has(metricId);

/** The metric is present and holds nothing: before it is filled anew, or for a new person. */
export function emptyMetric(ledger: Ledger, metricId: number): void {
  ledger.metrics.set(metricId, newMetric());
}

/** Forgets every metric but those of `keepIds`; answers whether there was any. */
export function dropMetrics(ledger: Ledger, keepIds: ReadonlySet<number>): boolean {
  const others = [...ledger.metrics.keys()].filter((id) => !keepIds.has(id));
  for (const id of others) ledger.metrics.delete(id);
  return others.length > 0;
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
  if (spec.values !== undefined) addValues(metric, at, spec.values, match.values ?? []);
  else if (spec.sum !== null) addAmount(metric, at, match.value);
}

function addAmount(metric: Metric, at: number, { units, scale }: Decimal): void {
  refine(metric, scale);
  const value = rescale(units, scale, metric.scale);
  metric.values.splice(at, 0, value);
  weigh(metric, value);
}

function addValues(
  metric: Metric,
  at: number,
  { keep }: ValuesSpec,
  values: readonly Scalar[],
): void {
  metric.kept ??= newKept(keep);
  const { kept } = metric;
  if ('readings' in kept) {
    kept.readings.splice(at, 0, readingsOf(kept.keep, values));
    return;
  }
  const { amount, count } = amountOf(kept.keep, values);
  kept.counts.splice(at, 0, count);
  addAmount(metric, at, amount);
}

/** Moves events that no window can see any more into the totals. Never events of the future. */
export function foldLedger(ledger: Ledger, metricId: number, spec: MetricSpec, now: Instant): void {
  const { retentionDays, values } = spec;
  if (retentionDays === null && values === undefined) return;
  const metric = readMetric(ledger, metricId);
  if (metric === undefined) return;
  if (retentionDays !== null) {
    const days = retentionDays === 0 ? 0 : retentionDays + marginDays;
    const oldest = now - days * dayMs;
    let folded = 0;
    while (folded < metric.times.length && (metric.times[folded] ?? 0) <= oldest) folded++;
    if (folded > 0) foldOldest(metric, folded);
  }
  const { kept } = metric;
  if (kept !== undefined && 'readings' in kept) capReadings(kept);
}

function foldOldest(metric: Metric, folded: number): void {
  const times = metric.times.splice(0, folded);
  metric.count += folded;
  metric.first = Math.min(metric.first, times[0] ?? metric.first);
  metric.last = Math.max(metric.last, times[folded - 1] ?? metric.last);
  metric.rows.splice(0, folded);
  const amounts = metric.values.splice(0, folded);
  const { kept } = metric;
  if (kept === undefined) {
    for (const value of amounts) metric.sum = add(metric.sum, value);
  } else if ('readings' in kept) foldReadings(kept, times);
  else {
    const counts = kept.counts.splice(0, folded);
    amounts.forEach((amount, event) => {
      const count = counts[event] ?? 0;
      metric.sum = foldAmount(kept, metric.sum, { amount, count });
    });
  }
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
