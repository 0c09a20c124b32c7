import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributionModels } from '../../../shared/domain/campaigns/goal.ts';
import type { TriggerEvent } from '../../../shared/domain/campaigns/trigger.ts';
import {
  attribute,
  maxConversions,
  type Outcome,
  type Touch,
  withConversion,
} from '../../../shared/domain/reporting/attribution.ts';
import { amountOf, creditOf } from '../../../shared/domain/reporting/credit.ts';
import { amountText } from '../../../shared/domain/reporting/report.ts';
import { decimalOf } from '../../../shared/domain/rules/ledger/decimal.ts';
import { aDefinition } from '../campaigns/a-campaign.ts';

const order = {
  id: '01E',
  name: 'Order Completed',
  occurredAt: '2027-03-08T10:00:00.000Z',
  properties: { total: 29.33, currency: 'eur' },
};

const withGoal = (goal: Readonly<Record<string, unknown>>) =>
  aDefinition({ goal: { event: 'Order Completed', within: 'P14D', ...goal } });

const definitions = new Map([
  ['a@1', withGoal({ value: 'total' })],
  ['a@2', withGoal({ value: 'total' })],
  ['b@1', withGoal({ within: 'P1D' })],
  ['c@1', withGoal({ event: 'Signed Up' })],
  ['d@1', aDefinition()],
  ['first@1', withGoal({ value: 'total', attribution: 'first' })],
  ['linear@1', withGoal({ value: 'total', attribution: 'linear' })],
  ['call@1', withGoal({ event: 'Signed Up', contact: ['Called', 'Order Completed'] })],
]);

const touch = (run: string, at: string, changes: Partial<Touch> = {}): Touch => ({
  message: `${run}/${at}`,
  run,
  campaign: run.slice(0, run.indexOf('@')),
  at: `${at}:00.000Z`,
  ...changes,
});

const outcomes = (touches: readonly Touch[], event: TriggerEvent = order): readonly Outcome[] =>
  attribute(event, touches, { definitions, timeZone: 'UTC' });

/** Who gets which credit, by run. */
const credits = (...touches: readonly Touch[]): Record<string, number> =>
  Object.fromEntries(
    outcomes(touches).flatMap((one) =>
      one.kind === 'conversion' ? [[one.touch.message, one.conversion.credit]] : [],
    ),
  );

const conversionOf = (outcome: Outcome | undefined) =>
  outcome?.kind === 'conversion' ? outcome.conversion : undefined;

describe('a conversion', () => {
  it('is credited to the last of all messages before it, whichever campaign it is of', () => {
    const touches = [
      touch('a@1', '2027-03-01T10:00'),
      touch('a@2', '2027-03-07T10:00'),
      touch('b@1', '2027-03-07T10:01'),
      touch('c@1', '2027-03-08T09:00'),
      touch('d@1', '2027-03-08T09:00'),
    ];
    const expected = {
      'a@1/2027-03-01T10:00': 0,
      'a@2/2027-03-07T10:00': 0,
      'b@1/2027-03-07T10:01': 1,
    };
    expect(credits(...touches)).toEqual(expected);
    expect(credits(...touches.toReversed())).toEqual(expected);
  });

  it('is credited as the campaign of each message says', () => {
    const messages = [
      touch('first@1', '2027-03-06T10:00'),
      touch('linear@1', '2027-03-07T10:00'),
      touch('linear@1', '2027-03-07T11:00'),
      touch('a@1', '2027-03-08T09:00'),
    ];
    expect(Object.values(credits(...messages))).toEqual([1, 0.25, 0.25, 1]);
    expect(Object.values(credits(...messages.slice(1)))).toEqual([1 / 3, 1 / 3, 1]);
    expect(outcomes(messages).map((one) => conversionOf(one)?.credited)).toEqual([
      undefined,
      '7.33',
      '7.33',
      undefined,
    ]);
    const alone = outcomes(messages.slice(1, 3)).map((one) => conversionOf(one)?.credited);
    expect(alone).toEqual(['14.66', '14.67']);
  });

  it('of somebody held out has no credit and takes none', () => {
    const heldOut = touch('a@1', '2027-03-08T09:00', { isHeldOut: true });
    expect(credits(heldOut, touch('linear@1', '2027-03-07T10:00'))).toEqual({
      [heldOut.message]: 0,
      'linear@1/2027-03-07T10:00': 1,
    });
  });

  it('counts to the last instant of its window, and nothing after the event', () => {
    expect(outcomes([touch('b@1', '2027-03-07T10:00')])).toHaveLength(1);
    expect(outcomes([touch('b@1', '2027-03-07T09:59')])).toEqual([]);
    expect(outcomes([touch('a@1', '2027-03-08T10:01')])).toEqual([]);
  });

  it('has its value and currency', () => {
    const one = [touch('a@1', '2027-03-08T09:00')];
    expect(conversionOf(outcomes(one)[0])).toEqual({
      entry: '01E',
      at: order.occurredAt,
      value: '29.33',
      credit: 1,
      currency: 'EUR',
    });
    const free = outcomes(one, { ...order, properties: { total: 'much', currency: 'x' } });
    expect(conversionOf(free[0])).toMatchObject({ value: '0', currency: 'XXX' });
  });

  it('is no contact, and a contact is no conversion: each message before it is told of that', () => {
    const at = order.occurredAt;
    const calls = [touch('call@1', '2027-03-07T10:00'), touch('call@1', '2027-03-06T10:00')];
    expect(outcomes([...calls, touch('a@1', '2027-03-05T10:00')])).toEqual([
      { kind: 'contact', touch: calls[0], at },
      { kind: 'contact', touch: calls[1], at },
      expect.objectContaining({ kind: 'conversion' }),
    ]);
  });

  it('is counted once, and takes its newest credit', () => {
    const sale = { entry: '01E', value: '1', currency: 'USD', at: order.occurredAt, credit: 1 };
    const first = withConversion([], sale) ?? [];
    expect(first).toEqual([sale]);
    expect(withConversion(first, { ...sale })).toBeUndefined();
    expect(withConversion(first, { ...sale, credit: 0 })).toEqual([{ ...sale, credit: 0 }]);
  });

  it('never fills a row without end', () => {
    const sale = { value: '1', currency: 'USD', at: order.occurredAt, credit: 1 };
    const full = Array.from({ length: maxConversions }, (_, index) => ({
      ...sale,
      entry: `${index}`,
    }));
    expect(withConversion(full, { ...sale, entry: 'more' })).toBeUndefined();
  });
});

describe('the credits of a conversion', () => {
  const model = fc.constantFrom(...attributionModels);
  const places = (count: number) => Array.from({ length: count }, (_, index) => ({ index, count }));

  it('are one together, whatever the model', () => {
    fc.assert(
      fc.property(model, fc.integer({ min: 1, max: 200 }), (name, count) => {
        const sum = places(count).reduce((all, place) => all + creditOf(name, place), 0);
        expect(sum).toBeCloseTo(1, 9);
      }),
    );
  });

  it('bring the whole amount, to the last cent', () => {
    const amount = fc.oneof(
      fc.integer({ min: -1e9, max: 1e9 }).map((cents) => cents / 100),
      fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
    );
    fc.assert(
      fc.property(model, amount, fc.integer({ min: 1, max: 30 }), (name, value, count) => {
        const whole = decimalOf(value);
        const scale = Math.max(2, whole.scale);
        const inUnits = ({ units, scale: own }: { units: number | bigint; scale: number }) =>
          BigInt(units) * 10n ** BigInt(scale - own);
        const parts = places(count).map((place) => inUnits(amountOf(name, whole, place)));
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(inUnits(whole));
      }),
    );
  });

  it('share ten into three', () => {
    const parts = places(3).map((place) => amountText(amountOf('linear', decimalOf(10), place)));
    expect(parts).toEqual(['3.33', '3.33', '3.34']);
  });
});
