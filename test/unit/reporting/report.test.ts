import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attribute,
  maxConversions,
  type Touch,
  withConversion,
} from '../../../shared/domain/reporting/attribution.ts';
import {
  amountText,
  count,
  emptyTally,
  merge,
  toReport,
} from '../../../shared/domain/reporting/report.ts';
import { decimalOf } from '../../../shared/domain/rules/ledger/decimal.ts';
import { aDefinition } from '../campaigns/a-campaign.ts';

type Row = Parameters<typeof count>[1];

const aRow = (row: Partial<Row> = {}): Row => ({
  state: 'accepted',
  reason: undefined,
  openedAt: undefined,
  clickedAt: undefined,
  unsubscribedAt: undefined,
  conversions: [],
  ...row,
});

const sale = (value: string, currency = 'USD', entry = value) => ({
  entry,
  value,
  currency,
  credit: 1,
  at: '2027-03-08T10:00:00.000Z',
});

const reportOf = (rows: readonly Row[]) => {
  const tally = emptyTally();
  for (const row of rows) count(tally, row);
  return toReport(tally);
};

describe('a report', () => {
  it('counts everyone considered, by state and reason, and a person once', () => {
    const at = '2027-03-08T10:00:00.000Z';
    const report = reportOf([
      aRow({ openedAt: at, clickedAt: at, conversions: [sale('1.1'), sale('0.1')] }),
      aRow({ state: 'delivered', unsubscribedAt: at }),
      aRow({ state: 'withheld', reason: 'no-consent' }),
      aRow({ state: 'withheld', reason: 'holdout', conversions: [sale('5', 'EUR')] }),
    ]);
    expect(report).toEqual({
      audience: 4,
      states: { accepted: 1, delivered: 1, withheld: 2 },
      reasons: { 'no-consent': 1, holdout: 1 },
      opens: 1,
      clicks: 1,
      unsubscribes: 1,
      conversions: 2,
      revenue: { USD: 1.2, EUR: 5 },
      cost: {},
      costPerMessage: {},
    });
  });

  it('sums what messages cost exactly, and says what one cost', () => {
    const rows = ['0.1', '0.1', '0.1'].map((amount) => aRow({ cost: { amount, currency: 'EUR' } }));
    const report = reportOf([...rows, aRow(), aRow({ cost: { amount: '2', currency: 'USD' } })]);
    expect(report.cost).toEqual({ EUR: 0.3, USD: 2 });
    expect(report.costPerMessage).toEqual({ EUR: 0.3 / 3, USD: 2 });
  });

  it('tells our own reasons, and not what a provider wrote of a bounce', () => {
    const { reasons } = reportOf([
      aRow({ state: 'withheld', reason: 'no-consent' }),
      aRow({ state: 'deferred', reason: 'quiet-hours' }),
      aRow({ state: 'failed', reason: 'render-error' }),
      aRow({ state: 'bounced', reason: 'Permanent/General' }),
      aRow({ state: 'rejected', reason: 'BadRequest' }),
    ]);
    expect(reasons).toEqual({ 'no-consent': 1, 'quiet-hours': 1, 'render-error': 1 });
  });

  it('sums money exactly: a tenth three times is three tenths', () => {
    const rows = ['0.1', '0.1', '0.1'].map((value) => aRow({ conversions: [sale(value)] }));
    expect(reportOf(rows).revenue).toEqual({ USD: 0.3 });
  });

  it('is the same however its rows are shared out among workers', () => {
    const amounts = fc.array(fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(6)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(amounts, fc.nat(30), (drawn, cut) => {
        const rows = drawn.map(([units, scale]) =>
          aRow({ conversions: [sale(amountText({ units, scale }))] }),
        );
        const [left, right] = [emptyTally(), emptyTally()];
        for (const row of rows.slice(0, cut)) count(left, row);
        for (const row of rows.slice(cut)) count(right, row);
        merge(left, right);
        const cents = drawn.reduce(
          (sum, [units, scale]) => sum + BigInt(units) * 10n ** BigInt(6 - scale),
          0n,
        );
        expect(toReport(left)).toEqual(reportOf(rows));
        expect(toReport(left).revenue['USD'] ?? 0).toBe(
          Number(amountText({ units: cents, scale: 6 })),
        );
      }),
    );
  });

  it.each([
    [29.33, '29.33'],
    [-0.05, '-0.05'],
    [1e21, '1000000000000000000000'],
    [0, '0'],
    ['7', '0'],
  ])('keeps %s as %s', (value, text) => {
    expect(amountText(decimalOf(value))).toBe(text);
  });
});

describe('a conversion', () => {
  const definitions = new Map([
    ['a@1', aDefinition({ goal: { event: 'Order Completed', within: 'P14D', value: 'total' } })],
    ['a@2', aDefinition({ goal: { event: 'Order Completed', within: 'P14D', value: 'total' } })],
    ['b@1', aDefinition({ goal: { event: 'Order Completed', within: 'P1D' } })],
    ['c@1', aDefinition({ goal: { event: 'Signed Up', within: 'P14D' } })],
    ['d@1', aDefinition()],
  ]);
  const order = {
    id: '01E',
    name: 'Order Completed',
    occurredAt: '2027-03-08T10:00:00.000Z',
    properties: { total: 29.33, currency: 'eur' },
  };
  const touch = (run: string, at: string): Touch => ({
    message: `${run}/${at}`,
    run,
    campaign: run.slice(0, 1),
    at: `${at}:00.000Z`,
  });
  const messages = (...touches: readonly Touch[]) =>
    attribute(order, touches, { definitions, timeZone: 'UTC' }).map((one) => one.touch.message);

  it('is the last message before it, of each campaign with this goal', () => {
    const touches = [
      touch('a@1', '2027-03-01T10:00'),
      touch('a@2', '2027-03-07T10:00'),
      touch('b@1', '2027-03-07T10:01'),
      touch('c@1', '2027-03-08T09:00'),
      touch('d@1', '2027-03-08T09:00'),
    ];
    expect(messages(...touches)).toEqual(['a@2/2027-03-07T10:00', 'b@1/2027-03-07T10:01']);
    expect(messages(...touches.toReversed())).toHaveLength(2);
  });

  it('counts to the last instant of its window, and nothing after the event', () => {
    expect(messages(touch('b@1', '2027-03-07T10:00'))).toHaveLength(1);
    expect(messages(touch('b@1', '2027-03-07T09:59'))).toEqual([]);
    expect(messages(touch('a@1', '2027-03-08T10:01'))).toEqual([]);
  });

  it('has its value and currency', () => {
    const [one] = attribute(order, [touch('a@1', '2027-03-08T09:00')], {
      definitions,
      timeZone: 'UTC',
    });
    expect(one?.conversion).toMatchObject({ entry: '01E', value: '29.33', currency: 'EUR' });
    const free = { ...order, properties: { total: 'much' } };
    const [other] = attribute(free, [touch('a@1', '2027-03-08T09:00')], {
      definitions,
      timeZone: 'UTC',
    });
    expect(other?.conversion).toMatchObject({ value: '0', currency: 'XXX' });
  });

  it('is counted once, and a row is never filled without end', () => {
    const first = withConversion([], sale('1', 'USD', '01E')) ?? [];
    expect(first).toHaveLength(1);
    expect(withConversion(first, sale('1', 'USD', '01E'))).toBeUndefined();
    const full = Array.from({ length: maxConversions }, (_, index) => sale('1', 'USD', `${index}`));
    expect(withConversion(full, sale('1', 'USD', 'more'))).toBeUndefined();
  });
});
