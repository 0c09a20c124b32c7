import type { WrittenDate } from '../../time/instant.ts';
import { keptInstants, packKept, unpackKept } from './kept-bytes.ts';
import { type Metric, type Row, weigh } from './metric-history.ts';
import { type Reader, readCount, readUnits, writeCount, writeUnits } from './packed.ts';

export const ledgerVersion = 1;

/** Times are counted in the coarsest of these that loses nothing. */
const timeUnitsMs = [86_400_000, 60_000, 1000, 1] as const;
const dateKinds = ['instant', 'local', 'day'] as const;

const hasTotals = 4;
const hasAmounts = 8;
const hasRows = 16;
const hasKept = 32;

/** The packed metrics of a ledger by id, none of them read yet. */
export function unpackLedger(bytes: Uint8Array): Map<number, Uint8Array> {
  if (bytes[0] !== ledgerVersion)
    throw new RangeError(`Unknown version ${bytes[0]} of a packed ledger`);
  const metrics = new Map<number, Uint8Array>();
  const reader = { bytes, at: 1 };
  while (reader.at < bytes.length) {
    const id = readCount(reader);
    const length = readCount(reader);
    metrics.set(id, bytes.subarray(reader.at, reader.at + length));
    reader.at += length;
  }
  if (reader.at !== bytes.length) throw new RangeError('The packed ledger ends too early');
  return metrics;
}

/** One packed metric of a ledger; undefined when it is not there. */
export function packedMetric(bytes: Uint8Array, metricId: number): Uint8Array | undefined {
  if (bytes[0] !== ledgerVersion)
    throw new RangeError(`Unknown version ${bytes[0]} of a packed ledger`);
  const reader = { bytes, at: 1 };
  while (reader.at < bytes.length) {
    const id = readCount(reader);
    const length = readCount(reader);
    if (id === metricId) return bytes.subarray(reader.at, reader.at + length);
    reader.at += length;
  }
  return undefined;
}

/**
 * Head (time unit, which parts follow), totals, scale and sum, number of pairs, first time and
 * differences, amounts, rows, kept values. An empty metric takes no bytes at all.
 */
export function packMetric(metric: Metric): Uint8Array {
  const { times, values, rows } = metric;
  if (metric.count === 0 && times.length === 0) return new Uint8Array();
  const folded = metric.count > 0 ? [metric.first, metric.last] : [];
  const instants = [...times, ...folded, ...keptInstants(metric.kept)];
  const unit = timeUnitsMs.findIndex((ms) => instants.every((at) => at % ms === 0));
  const unitMs = timeUnitsMs[unit] ?? 1;
  const isSummed = values.length > 0 || metric.sum !== 0 || metric.scale > 0;
  const parts = (folded.length > 0 ? hasTotals : 0) + (isSummed ? hasAmounts : 0);
  const more = (rows.length > 0 ? hasRows : 0) + (metric.kept === undefined ? 0 : hasKept);
  const bytes = [Math.max(0, unit) + parts + more];
  if (folded.length > 0) {
    writeCount(bytes, metric.count);
    writeUnits(bytes, metric.first / unitMs);
    writeCount(bytes, (metric.last - metric.first) / unitMs);
  }
  if (isSummed) {
    writeCount(bytes, metric.scale);
    writeUnits(bytes, metric.sum);
  }
  writeCount(bytes, times.length);
  times.forEach((at, index) => {
    if (index === 0) writeUnits(bytes, at / unitMs);
    else writeCount(bytes, (at - (times[index - 1] ?? 0)) / unitMs);
  });
  for (const value of values) writeUnits(bytes, value);
  if (rows.length > 0) packRows(bytes, rows);
  if (metric.kept !== undefined) packKept(bytes, metric.kept, { last: metric.last, unitMs });
  return Uint8Array.from(bytes);
}

function packRows(bytes: number[], rows: readonly (readonly Row[])[]): void {
  writeCount(bytes, rows[0]?.[0]?.length ?? 0);
  for (const ofEvent of rows) {
    writeCount(bytes, ofEvent.length);
    for (const { kind, ms } of ofEvent.flat()) {
      writeCount(bytes, dateKinds.indexOf(kind));
      writeUnits(bytes, ms);
    }
  }
}

/** Fills an empty metric from its packed form. */
export function unpackMetric(bytes: Uint8Array, metric: Metric): Metric {
  if (bytes.length === 0) return metric;
  const reader: Reader = { bytes, at: 1 };
  const head = bytes[0] ?? 0;
  const unitMs = timeUnitsMs[head & 3] ?? 1;
  if ((head & hasTotals) !== 0) {
    metric.count = readCount(reader);
    metric.first = Number(readUnits(reader)) * unitMs;
    metric.last = metric.first + readCount(reader) * unitMs;
  }
  if ((head & hasAmounts) !== 0) {
    metric.scale = readCount(reader);
    metric.sum = readUnits(reader);
    weigh(metric, metric.sum);
  }
  const pairs = readCount(reader);
  let at = 0;
  for (let index = 0; index < pairs; index++) {
    at = index === 0 ? Number(readUnits(reader)) : at + readCount(reader);
    metric.times.push(at * unitMs);
  }
  for (let index = 0; (head & hasAmounts) !== 0 && index < pairs; index++) {
    const value = readUnits(reader);
    metric.values.push(value);
    weigh(metric, value);
  }
  if ((head & hasRows) !== 0) unpackRows(reader, pairs, metric);
  if ((head & hasKept) !== 0) unpackKept(reader, metric, { pairs, unitMs });
  return metric;
}

function unpackRows(reader: Reader, pairs: number, metric: Metric): void {
  const columns = readCount(reader);
  for (let pair = 0; pair < pairs; pair++) {
    const rows = Array.from({ length: readCount(reader) }, () =>
      Array.from({ length: columns }, (): WrittenDate => {
        const kind = dateKinds[readCount(reader)] ?? 'instant';
        return { kind, ms: Number(readUnits(reader)) };
      }),
    );
    metric.rows.push(rows);
  }
}
