import { describe, expect, it } from 'vitest';
import { computedDefinitionSchema, computedSpec } from '../../../shared/domain/rules/computed.ts';
import { computedValue, shownValue } from '../../../shared/domain/rules/computed-value.ts';
import { maxKeptCharacters, maxKeptValues } from '../../../shared/domain/rules/kept-values.ts';
import {
  addEvent,
  decodeLedger,
  encodeLedger,
  foldLedger,
  type Ledger,
  maxLedgerBytes,
  readMetric,
} from '../../../shared/domain/rules/ledger.ts';
import { matchEvent } from '../../../shared/domain/rules/metric.ts';

const dayMs = 86_400_000;
const now = Date.parse('2026-11-21T10:00:00Z');

type Event = readonly [at: string, properties?: object];

const parse = (definition: object) =>
  computedDefinitionSchema.parse({ event: 'Order Completed', ...definition });

/** The ledger of somebody whose past is folded as soon as it may be. */
function ledgerOf(definition: object, events: Iterable<Event>): Ledger {
  const spec = computedSpec(parse(definition));
  const ledger = decodeLedger(undefined);
  for (const [at, properties] of events) {
    const match = matchEvent(spec, { ...properties });
    if (match !== undefined) addEvent(ledger, 1, spec, Date.parse(at), match);
    foldLedger(ledger, 1, spec, now);
  }
  return decodeLedger(encodeLedger(ledger));
}

/** The value at 10:00 UTC on 21 November 2026, and the instant at which it changes. */
function valueOf(definition: object, events: readonly Event[], zone = 'Europe/Riga') {
  const metric = readMetric(ledgerOf(definition, events), 1);
  const { value, until } = computedValue(parse(definition), metric, { zone, now });
  return [value, Number.isFinite(until) ? new Date(until).toISOString() : 'ever'];
}

const bought = (category: unknown) => ({ category });
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

  it('is rounded for people when it is an average: to 6 decimals, half away from zero', () => {
    const average = parse({ function: 'average', property: 'total' });
    const shown = (value: number) => shownValue(average, value);
    expect([10 / 3, -2 / 3, 0.0000005, 2.5, 1e21].map(shown)).toEqual([
      3.333333, -0.666667, 0.000001, 2.5, 1e21,
    ]);
    expect(shownValue(parse({ function: 'sum', property: 'total' }), 1e-7)).toBe(1e-7);
  });
});

describe('the values that a ledger keeps', () => {
  const favourite = { function: 'mostFrequent', property: 'category' };
  const daily = (index: number, category: unknown): Event => [
    new Date(now - (1000 - index) * dayMs).toISOString(),
    bought(category),
  ];

  it('take so many bytes', () => {
    const genres = ['jazz', 'rock', 'pop', 'classical'];
    const orders = Array.from({ length: 50 }, (_, index) =>
      daily(index, genres[(index * index) % 4]),
    );
    const sizes = [
      { function: 'count' },
      { function: 'last', property: 'category' },
      favourite,
      { function: 'count', within: 'P3Y' },
      { ...favourite, within: 'P3Y' },
    ].map((definition) => encodeLedger(ledgerOf(definition, orders)).length);
    console.log(`count, last, mostFrequent of 50 orders; the same within 3 years: ${sizes.join(', ')}`);
    const [count = 0, last = 0, most = 0, countWithin = 0, mostWithin = 0] = sizes;
    expect(last - count).toBeLessThan(20);
    expect(most - count).toBeLessThan(30);
    // A byte for each order, and the two genres that occur.
    expect(mostWithin - countWithin).toBeLessThan(50 + 20);
  });

  it('are at most some hundred different ones: what occurs least is forgotten first', () => {
    function* events(): Iterable<Event> {
      for (let index = 0; index < 900; index++) {
        yield daily(index, `once ${index}`);
        if (index % 10 === 0) yield daily(index, 'often');
      }
    }
    const metric = readMetric(ledgerOf(favourite, events()), 1);
    const { kept } = metric ?? {};
    if (kept === undefined || 'counts' in kept) throw new Error('No values are kept.');
    expect(kept.folded.size).toBe(maxKeptValues);
    expect(kept.folded.get('often')).toMatchObject({ count: 90 });
    expect(kept.folded.has('once 899')).toBe(true);
    expect(kept.folded.has('once 500')).toBe(false);
  });

  it('are as many in a window: those done longest ago are forgotten first', () => {
    const events = Array.from({ length: 450 }, (_, index) => daily(index, `once ${index}`));
    const first = { function: 'first', property: 'category', within: 'P5Y' };
    expect(valueOf(first, events)[0]).toBe('once 250');
    expect(valueOf({ ...first, function: 'last' }, events)[0]).toBe('once 449');
    expect(valueOf({ function: 'count', within: 'P5Y' }, events)[0]).toBe(450);
  });

  it('are texts of some hundred characters, and never half of one', () => {
    const text = `${'x'.repeat(maxKeptCharacters - 1)}😀`;
    const [value] = valueOf({ function: 'last', property: 'category' }, [daily(1, text)]);
    expect(value).toBe('x'.repeat(maxKeptCharacters - 1));
    const odd = ['\uFEFFa', 'Rīga 😀', ''];
    for (const one of odd) {
      expect(valueOf({ function: 'last', property: 'category' }, [daily(1, one)])[0]).toBe(one);
    }
  });

  it('stay under the cap of the ledger for a bot', () => {
    const definitions = Array.from({ length: 80 }, (_, index) =>
      parse({ ...favourite, property: `p${index}` }),
    );
    const ledger = decodeLedger(undefined);
    definitions.forEach((definition, id) => {
      const spec = computedSpec(definition);
      for (let index = 0; index < 200; index++) {
        const text = `${index} ${'x'.repeat(maxKeptCharacters)}`;
        const match = matchEvent(spec, { [`p${id}`]: text });
        if (match !== undefined) addEvent(ledger, id, spec, now - index * dayMs, match);
      }
      foldLedger(ledger, id, spec, now);
    });
    expect(encodeLedger(ledger).length).toBeLessThan(maxLedgerBytes);
  });

  it('are not in the ledgers written before there were any, which are read as ever', () => {
    const before =
      '0101180d02b092fe1be08e1702b21f02b0f0b21cc0b60be807f80aac020f1101b0bac41c01010280f085e4be68';
    const ledger = decodeLedger(Buffer.from(before, 'hex'));
    expect(readMetric(ledger, 1)).toMatchObject({ count: 2, sum: 2009, scale: 2, kept: undefined });
    expect(readMetric(ledger, 300)?.rows).toEqual([
      [[{ kind: 'day', ms: Date.UTC(2026, 10, 20) }]],
    ]);
    expect(Buffer.from(encodeLedger(ledger)).toString('hex')).toBe(before);
  });
});

describe('a definition of a computed value', () => {
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
