import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addEvent,
  decodeLedger,
  dropMetrics,
  emptyMetric,
  encodeLedger,
  foldLedger,
  hasMetric,
  type Ledger,
  maxLedgerBytes,
  readMetric,
} from '../../../shared/domain/rules/ledger/ledger.ts';
import {
  type MetricSpec,
  matchEvent,
  metricKey,
  metricSpec,
} from '../../../shared/domain/rules/ledger/metric.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 21, 10);

const orders = metricSpec({ did: 'Order Completed', sum: 'total', atLeast: 1, within: 'P2Y' });
const views = metricSpec({ did: 'Product Viewed', within: 'P2Y' });

function record(ledger: Ledger, id: number, spec: MetricSpec, at: number, properties = {}): void {
  const match = matchEvent(spec, properties);
  if (match !== undefined) addEvent(ledger, id, spec, at, match);
}

/** Repeatable places in 0..1 (a linear congruential generator). */
function places(): () => number {
  let state = 7;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const missing = (): never => {
  throw new Error('The metric is missing');
};

describe('a ledger', () => {
  it('holds 50 orders and 200 page views of two years in less than 900 bytes', () => {
    const ledger = decodeLedger(undefined);
    const place = places();
    for (let order = 0; order < 50; order++) {
      const at = now - Math.floor(place() * 730 * 86_400) * 1000;
      record(ledger, 1, orders, at, { total: Math.round(place() * 20_000) / 100 });
    }
    for (let visit = 0; visit < 40; visit++) {
      let at = now - Math.floor(place() * 730 * 86_400) * 1000;
      for (let view = 0; view < 5; view++) {
        record(ledger, 2, views, at);
        at += Math.floor(5 + place() * 120) * 1000;
      }
    }
    const bytes = encodeLedger(ledger).length;
    console.log(`ledger of 50 orders and 200 page views: ${bytes} bytes`);
    expect(bytes).toBeLessThan(900);
  });

  it('reads back what was written, amounts and dates of any size included', () => {
    const spec = metricSpec({
      did: 'Order Completed',
      sum: 'total',
      atLeast: 1,
      where: [{ property: 'deliveredAt', within: 'P7D' }],
    });
    const totals = fc.oneof(fc.double(), fc.integer(), fc.constant('many'));
    const dates = fc.constantFrom('2026-11-21', '2026-11-21T10:00', '1969-07-20T20:17:40.123Z');
    const events = fc.array(
      fc.tuple(
        fc.integer({ min: -(10 ** 12), max: 10 ** 13 }),
        fc.constantFrom(1, 1000, 60_000, dayMs),
        totals,
        dates,
      ),
    );
    fc.assert(
      fc.property(events, fc.nat(20), (list, folded) => {
        const ledger = decodeLedger(undefined);
        emptyMetric(ledger, 300);
        for (const [at, unit, total, deliveredAt] of list) {
          record(ledger, 300, spec, Math.floor(at / unit) * unit, { total, deliveredAt });
        }
        const oldest = readMetric(ledger, 300)?.times[folded] ?? 0;
        foldLedger(ledger, 300, { ...spec, retentionDays: 0 }, oldest);
        const again = decodeLedger(encodeLedger(ledger));
        const { count, sum, first, last, times, values, rows, scale } =
          readMetric(ledger, 300) ?? missing();
        const written = { count, sum, first, last, times, values, rows, scale };
        expect(readMetric(again, 300)).toMatchObject(written);
        expect(encodeLedger(again)).toEqual(encodeLedger(ledger));
      }),
    );
  });

  it('knows an empty metric from one never filled, and drops what no rule needs', () => {
    const ledger = decodeLedger(undefined);
    emptyMetric(ledger, 4);
    emptyMetric(ledger, 5);
    const again = decodeLedger(encodeLedger(ledger));
    expect([hasMetric(again, 4), hasMetric(again, 6)]).toEqual([true, false]);
    dropMetrics(again, new Set([5]));
    expect([...again.metrics.keys()]).toEqual([5]);
  });

  it('folds what no window sees any more, after a margin, and never the future', () => {
    const spec = metricSpec({ did: 'Order Completed', sum: 'total', atLeast: 1, within: 'P90D' });
    const ledger = decodeLedger(undefined);
    for (const days of [400, 137, 135, 100, -30])
      record(ledger, 1, spec, now - days * dayMs, { total: 0.1 });
    foldLedger(ledger, 1, spec, now);
    const metric = readMetric(ledger, 1);
    expect(metric).toMatchObject({
      count: 2,
      sum: 2,
      scale: 1,
      first: now - 400 * dayMs,
      last: now - 137 * dayMs,
    });
    expect(metric?.times).toHaveLength(3);
    const totalsOnly = { ...spec, retentionDays: 0 };
    foldLedger(ledger, 1, totalsOnly, now);
    expect(metric).toMatchObject({ count: 4, times: [now + 30 * dayMs] });
  });

  it('stays under its cap for a bot, whose oldest events become totals', () => {
    const everVisited = { ...views, retentionDays: null };
    const everOrdered = { ...orders, retentionDays: null };
    const ledger = decodeLedger(undefined);
    const visits = 800_000;
    for (let visit = visits; visit > 0; visit--) {
      record(ledger, 1, everVisited, now - visit * 61_001);
      if (visit % 4000 === 0) record(ledger, 2, everOrdered, now - visit * 61_001, { total: 1 });
    }
    foldLedger(ledger, 1, everVisited, now);
    const bytes = encodeLedger(ledger);
    expect(bytes.length).toBeLessThan(maxLedgerBytes);
    expect(bytes.length).toBeGreaterThan(maxLedgerBytes / 4);
    const again = decodeLedger(bytes);
    const [views_, orders_] = [
      readMetric(again, 1) ?? missing(),
      readMetric(again, 2) ?? missing(),
    ];
    expect(views_.count + views_.times.length).toBe(visits);
    expect(views_).toMatchObject({
      first: now - visits * 61_001,
      last: (views_.times[0] ?? 0) - 61_001,
    });
    expect(orders_).toMatchObject({ count: 0, sum: 0 });
    expect(orders_.times).toHaveLength(visits / 4000);
    expect(encodeLedger(again)).toEqual(bytes);
    record(again, 1, everVisited, now);
    expect(encodeLedger(again).length - bytes.length).toBeLessThan(9);
  });

  it('refuses bytes it did not write', () => {
    const ledger = decodeLedger(undefined);
    for (let day = 0; day < 9; day++) record(ledger, 1, views, now - day * dayMs);
    expect(() => decodeLedger(encodeLedger(ledger).subarray(0, -2))).toThrow(RangeError);
    expect(() => decodeLedger(Uint8Array.of(9, 1))).toThrow('version 9');
  });
});

describe('an event matches a metric', () => {
  const shoes = metricSpec({
    did: 'Order Completed',
    where: [
      { property: 'category', equals: 'shoes' },
      { property: 'price', above: 50 },
    ],
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['by its own properties', { category: 'shoes', price: 60 }, true],
    [
      'by one product',
      {
        products: [
          { category: 'hats', price: 9 },
          { category: 'shoes', price: 60 },
        ],
      },
      true,
    ],
    [
      'by a product over its own properties',
      { category: 'shoes', products: [{ price: 60 }] },
      true,
    ],
    [
      'not by two products together',
      {
        products: [
          { category: 'shoes', price: 9 },
          { category: 'hats', price: 60 },
        ],
      },
      false,
    ],
    ['not by a text for a number', { category: 'shoes', price: '60' }, false],
    ['not without the properties', {}, false],
  ])('%s', (_, properties, expected) => {
    expect(matchEvent(shoes, properties) !== undefined).toBe(expected);
  });

  it('whatever the order in which its conditions are written, under one key', () => {
    const [one, other] = [...shoes.where].reverse();
    const again = metricSpec({
      did: 'Order Completed',
      within: 'P1D',
      where: [one ?? { property: 'x' }, other ?? { property: 'x' }],
    });
    expect(metricKey(again)).toBe(metricKey(shoes));
    expect(metricKey(orders)).not.toBe(metricKey(shoes));
  });
});
