import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparer,
  emptyComparison,
  liftReport,
  mergeComparison,
  variantReports,
} from '../../../shared/domain/reporting/comparison.ts';

type Row = Parameters<ReturnType<typeof comparer>['add']>[0];

const at = '2027-03-08T10:00:00.000Z';

const sale = (value: string, credit = 1, currency = 'EUR') => ({
  entry: `${value}${currency}`,
  value,
  currency,
  credit,
  at,
});

let people = 0;

/** A row of a person of its own, unless told. */
const aRow = (row: Partial<Row> = {}): Row => ({
  profileId: `person-${(people += 1)}`,
  state: 'delivered',
  reason: undefined,
  variant: undefined,
  openedAt: undefined,
  clickedAt: undefined,
  conversions: [],
  ...row,
});

const rowsOf = (count: number, converted: number, row: Partial<Row>, value = '10'): Row[] =>
  Array.from({ length: count }, (_, n) =>
    aRow({ ...row, ...(n < converted && { conversions: [sale(value)] }) }),
  );

const comparisonOf = (rows: readonly Row[]) => {
  const comparison = emptyComparison();
  const { add, end } = comparer(comparison);
  for (const row of rows) add(row);
  end();
  return comparison;
};

const holdout = { state: 'withheld', reason: 'holdout' } as const;
const control = { state: 'withheld', reason: 'control-group' } as const;

describe('the report of variants', () => {
  it('counts for each what its messages are credited with, and rates with their intervals', () => {
    const rows = [
      ...rowsOf(19, 0, { variant: 'a' }),
      aRow({ variant: 'a', openedAt: at, conversions: [sale('10', 0.5), sale('7', 0)] }),
      aRow({ variant: 'b', state: 'failed', openedAt: at }),
      aRow({ variant: 'c', clickedAt: at, conversions: [sale('7', 0)] }),
    ];
    const [a, b, c] = variantReports(comparisonOf(rows), ['a', 'b']);
    expect(a).toMatchObject({
      id: 'a',
      sent: 20,
      opens: 1,
      clicks: 0,
      conversions: 1,
      revenue: { EUR: 5 },
      openRate: { value: 0.05 },
    });
    expect(a?.clickRate?.high).toBeCloseTo(0.1611, 4);
    expect(b).toMatchObject({ id: 'b', sent: 0, opens: 0, openRate: null });
    expect(c).toMatchObject({ id: 'c', sent: 1, clicks: 1, conversions: 0, revenue: {} });
  });
});

describe('the lift', () => {
  it('is the difference to those held out, with the intervals of the literature', () => {
    // The aspirin study once more: 1.71 % and 0.94 %.
    const rows = [
      ...rowsOf(11_034, 189, {}),
      ...rowsOf(11_037, 104, holdout),
      aRow({ state: 'withheld', reason: 'no-consent' }),
    ];
    const { holdout: lift, controlGroup } = liftReport(comparisonOf(rows), true);
    expect(lift.sent).toMatchObject({ people: 11_034, conversions: 189 });
    expect(lift.heldOut).toMatchObject({ people: 11_037, conversions: 104 });
    expect(lift.difference?.value).toBeCloseTo(0.0077, 4);
    expect(lift.relative?.low).toBeCloseTo(0.43, 2);
    expect(lift.relative?.high).toBeCloseTo(1.31, 2);
    expect(lift.revenue).toMatchObject({ currency: 'EUR' });
    expect(lift.revenue?.value).toBeCloseTo(0.077, 3);
    expect(lift.reason).toBeNull();
    expect(controlGroup).toMatchObject({ reason: 'nobody-held-out', difference: null });
  });

  it('counts what people did, whichever message has the credit', () => {
    const rows = [
      ...rowsOf(10, 0, {}),
      aRow({ conversions: [sale('30', 0), sale('10', 1)] }),
      ...rowsOf(5, 0, control),
      aRow({ ...control, conversions: [sale('4', 0)] }),
    ];
    const { controlGroup: lift } = liftReport(comparisonOf(rows), true);
    expect(lift.sent.conversions).toBe(1);
    expect(lift.heldOut.conversions).toBe(1);
    expect(lift.revenue?.value).toBeCloseTo(40 / 11 - 4 / 6, 10);
  });

  it('counts a person once, and an order once, however many messages they had', () => {
    const anna = { profileId: 'anna', conversions: [sale('10', 0.5)] };
    const boris = { profileId: 'boris', ...control };
    const rows = [
      aRow(anna),
      aRow({ ...anna, conversions: [sale('10', 0.5), sale('3')] }),
      aRow(boris),
      aRow(boris),
      aRow({ profileId: 'clara', ...control }),
      aRow({ profileId: 'clara' }),
    ];
    const { controlGroup: lift } = liftReport(comparisonOf(rows), true);
    expect(lift.sent).toMatchObject({ people: 2, conversions: 1 });
    expect(lift.heldOut).toMatchObject({ people: 1, conversions: 0 });
    const { sent } = comparisonOf(rows);
    expect(sent.revenue['EUR']).toMatchObject({ count: 1, mean: 13 });
  });

  it.each([
    ['no-goal', [...rowsOf(9, 0, {}), ...rowsOf(9, 0, holdout)], false],
    ['nobody-sent', rowsOf(9, 3, holdout), true],
    ['nobody-held-out', rowsOf(9, 3, {}), true],
    ['too-few-conversions', [...rowsOf(9, 3, {}), ...rowsOf(9, 0, holdout)], true],
    ['all-converted', [...rowsOf(9, 9, {}), ...rowsOf(5, 5, holdout)], true],
  ] as const)('says %s where it cannot be told', (reason, rows, hasGoal) => {
    const { holdout: lift } = liftReport(comparisonOf(rows), hasGoal);
    expect(lift).toMatchObject({ reason, relative: null });
  });

  it('is the same however the rows are cut into parts', () => {
    const row = fc.record({
      profileId: fc.uuid(),
      state: fc.constantFrom('delivered', 'withheld', 'failed'),
      reason: fc.constantFrom(undefined, 'holdout', 'control-group'),
      variant: fc.constantFrom(undefined, 'a', 'b'),
      openedAt: fc.constantFrom(undefined, at),
      clickedAt: fc.constantFrom(undefined, at),
      conversions: fc.constantFrom([], [sale('3')], [sale('5', 0), sale('8', 0.25, 'USD')]),
    });
    fc.assert(
      fc.property(fc.array(row), fc.nat(), (rows, cut) => {
        const parts = comparisonOf(rows.slice(0, cut));
        mergeComparison(parts, comparisonOf(rows.slice(cut)));
        const whole = comparisonOf(rows);
        const counts = ({ people, opens, clicks, conversions }: typeof parts.sent) => [
          people,
          opens,
          clicks,
          conversions,
        ];
        for (const group of ['sent', 'holdout', 'control-group'] as const) {
          expect(counts(parts[group])).toEqual(counts(whole[group]));
        }
        expect(variantReports(parts, ['a', 'b'])).toEqual(variantReports(whole, ['a', 'b']));
      }),
    );
  });
});
