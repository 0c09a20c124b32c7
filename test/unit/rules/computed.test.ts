import { describe, expect, it } from 'vitest';
import { sameJson } from '../../../shared/domain/profiles/same-json.ts';
import {
  computedDefinitionSchema,
  computedSpec,
} from '../../../shared/domain/rules/computed/computed.ts';
import { computedValue, shownValue } from '../../../shared/domain/rules/computed/computed-value.ts';
import { readMetric } from '../../../shared/domain/rules/ledger/ledger.ts';
import { metricKey } from '../../../shared/domain/rules/ledger/metric.ts';
import { bought, type Event, ledgerOf, parse, valueOf } from './computed-history.ts';

/** The same with the fields of every object in reverse. */
const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner)]);
  return Object.fromEntries(entries.toReversed());
};

const totals: readonly Event[] = [
  ['2026-01-05T10:00:00Z', { total: 0.1 }],
  ['2026-02-05T10:00:00Z', { total: 0.2 }],
  ['2026-03-05T10:00:00Z', { total: 'many' }],
  ['2026-04-05T10:00:00Z', {}],
  ['2026-12-05T10:00:00Z', { total: 9.7 }],
];
const next = '2026-12-05T10:00:00.000Z';
const basket = {
  products: [
    { category: 'hats', price: 5, brand: 'A' },
    { category: 'shoes', price: 60, brand: 'B' },
    { category: 'shoes', price: 70.5, brand: 'C' },
    'a text',
  ],
};

describe('a computed value', () => {
  it.each<[string, object, readonly Event[], unknown, string]>([
    ['counts every event of the past', { function: 'count' }, totals, 4, next],
    ['adds up in exact decimals', { function: 'sum', property: 'total' }, totals, 0.3, next],
    [
      'averages over the events that have a number',
      { function: 'average', property: 'total' },
      totals,
      0.15,
      next,
    ],
    ['has a least number', { function: 'minimum', property: 'total' }, totals, 0.1, 'ever'],
    ['has a greatest number', { function: 'maximum', property: 'total' }, totals, 0.2, next],
    ['has a first value', { function: 'first', property: 'total' }, totals, 0.1, 'ever'],
    [
      'has a last value, whatever it is',
      { function: 'last', property: 'total' },
      totals,
      'many',
      next,
    ],
    ['counts days', { function: 'daysSince' }, totals, 230, '2026-11-21T22:00:00.000Z'],
    ['is 0 of a count without events', { function: 'count' }, [], 0, 'ever'],
    ['is 0 of a sum without events', { function: 'sum', property: 'total' }, [], 0, 'ever'],
    ['is absent without events', { function: 'daysSince' }, [], undefined, 'ever'],
    [
      'is absent without a number',
      { function: 'average', property: 'total' },
      totals.slice(2, 4),
      undefined,
      'ever',
    ],
    [
      'finds the value that occurs most in products, each counted once',
      { function: 'mostFrequent', property: 'category' },
      [['2026-01-05T10:00:00Z', basket]],
      'shoes',
      'ever',
    ],
    [
      'looks only at the products that satisfy the conditions',
      {
        function: 'last',
        property: 'brand',
        where: [
          { property: 'category', equals: 'shoes' },
          { property: 'price', below: 65 },
        ],
      },
      [['2026-01-05T10:00:00Z', basket]],
      'B',
      'ever',
    ],
    [
      'takes the numbers of products',
      { function: 'sum', property: 'price' },
      [['2026-01-05T10:00:00Z', basket]],
      135.5,
      'ever',
    ],
    [
      'takes the event before its products',
      { function: 'maximum', property: 'price' },
      [['2026-01-05T10:00:00Z', { ...basket, price: 1 }]],
      1,
      'ever',
    ],
    [
      'follows a path',
      { function: 'first', property: 'shop.city' },
      [['2026-01-05T10:00:00Z', { shop: { city: 'Riga' } }]],
      'Riga',
      'ever',
    ],
    [
      'prefers among equals the one done last',
      { function: 'mostFrequent', property: 'category' },
      [
        ['2026-02-05T10:00:00Z', bought('rock')],
        ['2026-01-05T10:00:00Z', bought('jazz')],
        ['2026-01-01T10:00:00Z', bought('rock')],
        ['2026-03-05T10:00:00Z', bought('jazz')],
      ],
      'jazz',
      'ever',
    ],
    [
      'and among those the first by text order',
      { function: 'mostFrequent', property: 'category' },
      [
        ['2026-02-05T10:00:00Z', bought('rock')],
        ['2026-02-05T10:00:00Z', bought('jazz')],
      ],
      'jazz',
      'ever',
    ],
    [
      'tells a number from its text, and knows true',
      { function: 'mostFrequent', property: 'category' },
      [
        ['2026-02-05T10:00:00Z', bought('1')],
        ['2026-02-06T10:00:00Z', bought(1)],
        ['2026-02-07T10:00:00Z', bought(true)],
      ],
      true,
      'ever',
    ],
    [
      'forgets what leaves its window',
      { function: 'mostFrequent', property: 'category', within: 'P30D' },
      [
        ['2026-10-23T10:00:00Z', bought('rock')],
        ['2026-10-24T10:00:00Z', bought('rock')],
        ['2026-11-20T10:00:00Z', bought('jazz')],
      ],
      'rock',
      // Daylight saving time ends in between: 30 days end at the same time of day. Then it is one all.
      '2026-11-22T11:00:00.001Z',
    ],
  ])('%s', (_, definition, events, value, until) => {
    expect(valueOf(definition, events)).toEqual([value, until]);
    expect(valueOf(definition, events.toReversed())).toEqual([value, until]);
  });

  it('counts the days that have begun in the zone of the company', () => {
    const days = { function: 'daysSince' };
    const lateAtNight: readonly Event[] = [['2026-11-19T22:30:00Z']];
    expect(valueOf(days, lateAtNight)).toEqual([1, '2026-11-21T22:00:00.000Z']);
    expect(valueOf(days, lateAtNight, 'UTC')).toEqual([2, '2026-11-22T00:00:00.000Z']);
    expect(valueOf(days, [['2026-11-21T09:59:00Z']])).toEqual([0, '2026-11-21T22:00:00.000Z']);
  });

  it('takes no day away where the clock is set back over midnight', () => {
    // 7 November had begun in Newfoundland when its clock went back from 0:01 to 23:01.
    const definition = parse({ function: 'daysSince' });
    const metric = readMetric(ledgerOf(definition, [['2010-11-06T15:00:00Z']]), 1);
    const zone = 'America/St_Johns';
    for (const now of ['2010-11-07T02:30:30Z', '2010-11-07T02:45:00Z']) {
      expect(computedValue(definition, metric, { zone, now: Date.parse(now) })).toEqual({
        value: 1,
        until: Date.parse('2010-11-08T03:30:00Z'),
      });
    }
  });

  it('is rounded for people when it is an average: to 6 decimals, half away from zero', () => {
    const average = parse({ function: 'average', property: 'total' });
    const shown = (value: number) => shownValue(average, value);
    expect([10 / 3, -2 / 3, 0.0000005, 2.5, 1e21].map(shown)).toEqual([
      3.333333, -0.666667, 0.000001, 2.5, 1e21,
    ]);
    expect(shownValue(parse({ function: 'sum', property: 'total' }), 1e-7)).toBe(1e-7);
  });
});

describe('a definition of a computed value', () => {
  it('stays what it is when a table gives its fields back in another order', () => {
    const where = [{ property: 'size', equals: 'L', exists: true }];
    const definition = parse({ function: 'last', property: 'category', where, within: 'P90D' });
    const turned = JSON.parse(JSON.stringify(reversed(definition))) as typeof definition;
    expect(Object.keys(turned)).not.toEqual(Object.keys(definition));
    expect(sameJson(turned, definition)).toBe(true);
    expect(sameJson({ ...turned, within: 'P91D' }, definition)).toBe(false);
    const spec = computedSpec(definition);
    expect(metricKey(reversed(spec) as typeof spec)).toBe(metricKey(spec));
    const other = computedSpec(parse({ function: 'first', property: 'category', where }));
    expect(metricKey(other)).not.toBe(metricKey(spec));
  });

  const order = { event: 'Order Completed' };
  it.each<[string, object, string]>([
    ['a property for a count', { ...order, function: 'count', property: 'total' }, 'property'],
    ['a property for daysSince', { ...order, function: 'daysSince', property: 'x' }, 'property'],
    ['no property for a sum', { ...order, function: 'sum' }, 'property'],
    ['no property for mostFrequent', { ...order, function: 'mostFrequent' }, 'property'],
    ['a function that is none', { ...order, function: 'median' }, 'function'],
    ['no event', { function: 'count' }, 'event'],
    ['a window that is none', { ...order, function: 'count', within: '90 days' }, 'within'],
    ['an empty where', { ...order, function: 'count', where: [] }, 'where'],
    [
      'a condition without an operator',
      { ...order, function: 'count', where: [{ property: 'a', equals: 1 }, { property: 'b' }] },
      'where.1.property',
    ],
    [
      'too many conditions',
      {
        ...order,
        function: 'count',
        where: Array.from({ length: 21 }, () => ({ property: 'a', equals: 1 })),
      },
      'where',
    ],
    [
      'too much of it',
      { ...order, function: 'count', where: [{ property: 'a', equals: 'x'.repeat(2000) }] },
      '',
    ],
    ['an unknown word', { ...order, function: 'count', currency: 'EUR' }, ''],
  ])('with %s is refused by name', (_, definition, path) => {
    const { error } = computedDefinitionSchema.safeParse(definition);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
