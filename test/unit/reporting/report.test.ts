import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountText,
  count,
  emptyTally,
  merge,
  toReport,
} from '../../../shared/domain/reporting/report.ts';
import { decimalOf } from '../../../shared/domain/rules/ledger/decimal.ts';

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
      automatedOpens: 0,
      automatedClicks: 0,
      unsubscribes: 1,
      levels: { reacted: 1, contacted: 0, paid: 1 },
      conversions: 2,
      revenue: { USD: 1.2, EUR: 5 },
      revenuePerMessage: { USD: 0.6, EUR: 2.5 },
      cost: {},
      costPerMessage: {},
    });
  });

  it('keeps what machines did apart, and tells how far people came', () => {
    const at = '2027-03-08T10:00:00.000Z';
    const report = reportOf([
      aRow({ automatedOpenedAt: at, automatedClickedAt: at }),
      aRow({ openedAt: at, automatedClickedAt: at }),
      aRow({ repliedAt: at, contactedAt: at }),
      aRow({ clickedAt: at, contactedAt: at, conversions: [{ ...sale('9'), credit: 0 }] }),
      aRow({ state: 'withheld', reason: 'holdout', contactedAt: at, conversions: [sale('9')] }),
    ]);
    expect(report).toMatchObject({
      opens: 1,
      clicks: 1,
      automatedOpens: 1,
      automatedClicks: 2,
      levels: { reacted: 3, contacted: 2, paid: 1 },
    });
  });

  it('counts what is credited alone, and money to the part credited', () => {
    const part = { ...sale('10'), credit: 1 / 3, credited: '3.33' };
    const rows = [part, { ...part, credited: '3.34' }, { ...sale('10'), credit: 0 }];
    const report = reportOf(rows.map((one) => aRow({ conversions: [one] })));
    expect(report).toMatchObject({
      conversions: 2,
      revenue: { USD: 6.67 },
      revenuePerMessage: { USD: 6.67 / 3 },
      levels: { paid: 3 },
    });
  });

  it('sums what messages cost exactly, and says what one cost', () => {
    const rows = ['0.1', '0.1', '0.1'].map((amount) => aRow({ cost: { amount, currency: 'EUR' } }));
    const report = reportOf([...rows, aRow(), aRow({ cost: { amount: '2', currency: 'USD' } })]);
    expect(report.cost).toEqual({ EUR: 0.3, USD: 2 });
    expect(report.costPerMessage).toEqual({ EUR: 0.1, USD: 2 });
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
