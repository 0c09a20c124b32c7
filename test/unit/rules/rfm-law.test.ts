import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { member, until } from '../../../shared/domain/rules/answer.ts';
import { compileRule } from '../../../shared/domain/rules/compile.ts';
import type { RfmLeaf } from '../../../shared/domain/rules/leaf.ts';
import {
  addEvent,
  decodeLedger,
  emptyMetric,
  encodeLedger,
  foldLedger,
} from '../../../shared/domain/rules/ledger/ledger.ts';
import { matchEvent } from '../../../shared/domain/rules/ledger/metric.ts';
import { type RfmModel, rfmSpec } from '../../../shared/domain/rules/rfm/rfm.ts';
import { rfmCells } from '../../../shared/domain/rules/rfm/rfm-cell.ts';
import { addDuration, parseDuration } from '../../../shared/domain/time/duration.ts';

const hourMs = 3_600_000;
/** The end of a month: what was ordered in its last days may leave a month in another order. */
const start = Date.parse('2027-01-31T21:00:00Z');
const zone = 'Europe/Riga';

type Order = { readonly at: number; readonly cents: number; readonly currency: string };

const order = fc.record({
  at: fc
    .tuple(
      fc.oneof(fc.integer({ min: -120 * 24, max: 30 * 24 }), fc.integer({ min: -4 * 24, max: 24 })),
      fc.constantFrom(0, 0, 1, 60_000),
    )
    .map(([hours, ms]) => start + hours * hourMs + ms),
  cents: fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: -5000, max: 2 ** 50 })),
  currency: fc.constantFrom('EUR', 'EUR', 'USD'),
});
/** In the order in which they arrive. */
const orders = fc.array(order, { maxLength: 12 });

const ascending = (one: fc.Arbitrary<number>) =>
  fc.array(one, { minLength: 4, maxLength: 4 }).map((all) => all.toSorted((a, b) => a - b));
const model: fc.Arbitrary<RfmModel> = fc.record({
  settings: fc.record(
    {
      event: fc.constant('Order Completed'),
      value: fc.constant('total'),
      currency: fc.constant('EUR'),
      within: fc.constantFrom('P1M', 'P30D', 'P2M3D', 'PT240H'),
    },
    { requiredKeys: ['event', 'value'] },
  ),
  cuts: fc.record({
    recencyMs: ascending(fc.integer({ min: 0, max: 60 * 24 }).map((hours) => hours * hourMs)),
    frequency: ascending(fc.integer({ min: 1, max: 6 })),
    monetary: ascending(
      fc.oneof(fc.integer({ max: 300, min: -50 }), fc.double({ min: 0, max: 300, noNaN: true })),
    ),
  }),
});

const score = fc.integer({ min: 1, max: 5 });
const bounds = fc.record(
  { atLeast: score, atMost: score, above: score, below: score, equals: score },
  { requiredKeys: [] },
);
const leaf: fc.Arbitrary<RfmLeaf> = fc.oneof(
  fc.record({ rfm: fc.constantFrom(...rfmCells) }),
  fc.record({
    rfm: fc.record({ recency: bounds, frequency: bounds, monetary: bounds }, { requiredKeys: [] }),
  }),
);

/** The names by recency (1 first), then by frequency and money: the map of the documentation, by hand. */
const map = [
  'Lost|Hibernating|At risk|Cannot lose|Cannot lose',
  'Hibernating|Hibernating|At risk|At risk|At risk',
  'About to sleep|About to sleep|Need attention|Loyal|Loyal',
  'Promising|Potential loyalists|Potential loyalists|Loyal|Loyal',
  'New|Potential loyalists|Potential loyalists|Champions|Champions',
].map((row) => row.split('|'));

/** Read plainly, from all orders. */
function holds({ rfm }: RfmLeaf, { settings, cuts }: RfmModel, all: readonly Order[], now: number) {
  const counting = all.filter(({ at, currency }) => {
    const { within } = settings;
    const end = within === undefined ? now : addDuration(at, parseDuration(within), zone);
    return at <= now && now <= end && currency === (settings.currency ?? currency);
  });
  if (counting.length === 0 || cuts === undefined) return false;
  const last = Math.max(...counting.map(({ at }) => at));
  const cents = counting.reduce((sum, one) => sum + BigInt(one.cents), 0n);
  const below = (borders: readonly number[], isBelow: (border: number) => boolean) =>
    borders.filter(isBelow).length;
  const scores = {
    recency: 5 - below(cuts.recencyMs, (border) => border < now - last),
    frequency: 1 + below(cuts.frequency, (border) => border < counting.length),
    // Whole cents against a border in euros: nothing drawn here comes nearer than the rounding.
    monetary: 1 + below(cuts.monetary, (border) => border * 100 < Number(cents) - 1e-9),
  };
  if (typeof rfm === 'string') {
    const worth = Math.ceil((scores.frequency + scores.monetary - 0.5) / 2);
    return map[scores.recency - 1]?.[worth - 1] === rfm;
  }
  return (['recency', 'frequency', 'monetary'] as const).every((of) => {
    const { atLeast = 1, atMost = 5, above = 0, below: under = 6, equals } = rfm[of] ?? {};
    const is = scores[of];
    return is >= atLeast && is <= atMost && is > above && is < under && (equals ?? is) === is;
  });
}

function ledgerOf(arrived: readonly Order[], of: RfmModel, now: number) {
  let ledger = decodeLedger(undefined);
  const spec = rfmSpec(of.settings);
  emptyMetric(ledger, 1);
  for (const { at, cents, currency } of arrived) {
    const match = matchEvent(spec, { total: cents / 100, currency });
    if (match !== undefined) addEvent(ledger, 1, spec, at, match);
    foldLedger(ledger, 1, spec, now);
    ledger = decodeLedger(encodeLedger(ledger));
  }
  return ledger;
}

/** Every instant at which anything about it may turn, and the one before. */
function borders(of: RfmModel, all: readonly Order[], now: number): number[] {
  const { within } = of.settings;
  return all
    .flatMap(({ at }) => [
      at,
      ...(of.cuts?.recencyMs ?? []).map((ms) => at + ms + 1),
      ...(within === undefined ? [] : [addDuration(at, parseDuration(within), zone) + 1]),
    ])
    .flatMap((at) => [at - 1, at])
    .filter((at) => at > now)
    .toSorted((one, other) => one - other);
}

describe('a rule on RFM', () => {
  it('is what a plain recount says, until exactly the first instant at which that turns', () => {
    const runs = Number(process.env['RFM_RUNS'] ?? 2000);
    let turning = 0;
    fc.assert(
      fc.property(leaf, model, orders, (rule, of, all) => {
        const compiled = compileRule(rule, {
          companyTimeZone: zone,
          rfm: of,
          metricId: () => 1,
          segment: () => () => Number.NEGATIVE_INFINITY,
        });
        expect([compiled.rfm, compiled.metrics]).toEqual([true, [rfmSpec(of.settings)]]);
        const ledger = ledgerOf(all, of, start);
        const subject = {
          id: '',
          attributes: {},
          identifiers: {},
          lists: [],
          timeZone: 'UTC',
          ledger,
        };
        let now = start;
        for (let step = 0; step < 20 && Number.isFinite(now); step += 1) {
          const answer = compiled.evaluate(subject, now);
          const held = holds(rule, of, all, now);
          expect([now, member(answer)]).toEqual([now, held]);
          const turn = borders(of, all, now).find((at) => holds(rule, of, all, at) !== held);
          expect([now, until(answer)]).toEqual([now, turn ?? Number.POSITIVE_INFINITY]);
          if (turn !== undefined) turning += 1;
          now = until(answer);
        }
      }),
      { numRuns: runs },
    );
    expect(turning).toBeGreaterThan(runs / 10);
  });

  /** The most recent fifth, by a border of so many hours. */
  function mostRecent(hours: number, times: readonly string[], within?: string): string {
    const settings = { event: 'Order Completed', value: 'total', ...(within && { within }) };
    const far = 10 ** 10;
    const recencyMs = [hours * hourMs, far, far, far];
    const rfm = { settings, cuts: { recencyMs, frequency: [9, 9, 9, 9], monetary: [9, 9, 9, 9] } };
    const segment = () => () => Number.NEGATIVE_INFINITY;
    const context = { companyTimeZone: zone, rfm, metricId: () => 1, segment };
    const compiled = compileRule({ rfm: { recency: { equals: 5 } } }, context);
    const all = times.map((at) => ({ at: Date.parse(at), cents: 100, currency: 'EUR' }));
    const ledger = ledgerOf(all, rfm, start);
    const subject = { id: '', attributes: {}, identifiers: {}, lists: [], timeZone: 'UTC', ledger };
    return new Date(compiled.evaluate(subject, start)).toISOString();
  }

  it('takes an order in at the very instant at which the one before grows too old', () => {
    const times = ['2027-01-31T21:00:00Z', '2027-02-02T23:00:00.001Z'];
    expect(mostRecent(50, times)).toBe('2027-02-05T01:00:00.002Z');
  });

  it('goes by the order before, when the last one is the first to leave the window', () => {
    // A month after either is 28 February, by the hour of the day.
    const times = ['2027-01-29T13:00:00Z', '2027-01-31T08:00:00Z'];
    expect(mostRecent(28.5 * 24, times, 'P1M')).toBe('2027-02-28T08:00:00.001Z');
  });

  it.each([
    [
      'without borders',
      { settings: { event: 'Order Completed', value: 'total' }, cuts: undefined },
    ],
    ['without RFM', undefined],
  ])('has nobody %s', (_, rfm) => {
    const rule = { rfm: { recency: { atLeast: 1 } } };
    const compiled = compileRule(rule, {
      companyTimeZone: zone,
      rfm,
      metricId: () => 1,
      segment: () => () => Number.NEGATIVE_INFINITY,
    });
    const spec = { settings: { event: 'Order Completed', value: 'total' }, cuts: undefined };
    const ledger = ledgerOf([{ at: start, cents: 100, currency: 'EUR' }], spec, start);
    const subject = { id: '', attributes: {}, identifiers: {}, lists: [], timeZone: 'UTC', ledger };
    expect(compiled.evaluate(subject, start)).toBe(Number.NEGATIVE_INFINITY);
  });
});
