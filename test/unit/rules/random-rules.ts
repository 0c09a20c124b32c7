import fc from 'fast-check';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import type { Deed, Person } from './naive-rule.ts';

/** Zones with and without clock changes, of half an hour and of a skipped day too. */
export const zones = [
  'Europe/Riga',
  'America/New_York',
  'UTC',
  'Pacific/Apia',
  'Australia/Lord_Howe',
];
const hourMs = 3_600_000;

/** Whole hours of 2023 to 2027, often at month ends and clock changes, where calendars are hard. */
export const instants = fc
  .oneof(
    fc.integer({ min: Date.UTC(2023, 0) / hourMs, max: Date.UTC(2027, 0) / hourMs }),
    fc
      .tuple(
        fc.constantFrom(
          '2024-02-29',
          '2024-03-31',
          '2025-10-26',
          '2024-11-03',
          '2025-01-31',
          '2025-03-30',
        ),
        fc.integer({ min: -60, max: 60 }),
      )
      .map(([day, hours]) => Date.parse(day) / hourMs + hours),
  )
  .map((hours) => hours * hourMs);

const durations = fc.constantFrom(
  'P1M',
  'P30D',
  'P3M',
  'P90D',
  'P1Y',
  'P2W',
  'PT36H',
  'P1M2DT3H',
  'P11M',
);
const days = instants.map((at) => new Date(at).toISOString().slice(0, 10));
const dates = fc.oneof(
  days,
  instants.map((at) => new Date(at).toISOString().slice(0, 19)),
  instants.map((at) => new Date(at).toISOString()),
);
const betweens = fc.constantFrom(
  ['P1Y', 'P11M'],
  ['P3M', 'P1M'],
  ['P60D', 'P1W'],
  ['P1M1D', 'P1M'],
  ['P1M', 'P30D'],
);
const timeZone = fc.option(fc.constantFrom('person', 'America/New_York'), { nil: undefined });

type Words = Record<string, unknown>;
const without = (words: Words): Words =>
  Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));

const dateWords = fc.oneof(
  durations.map((within) => ({ within })),
  durations.map((olderThan) => ({ olderThan })),
  betweens.map((between) => ({ between })),
);
const anyDateWords = fc.oneof(
  dateWords,
  durations.map((inNext) => ({ inNext })),
  days.map((before) => ({ before })),
  days.map((after) => ({ after })),
  fc.tuple(durations, days).map(([within, after]) => ({ within, after })),
);
const counts = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 0, max: 4 }).map((atLeast) => ({ atLeast })),
  fc.integer({ min: 0, max: 4 }).map((below) => ({ below })),
  fc.integer({ min: 0, max: 3 }).map((equals) => ({ equals })),
  fc.tuple(fc.nat(3), fc.nat(6)).map(([above, atMost]) => ({ above, atMost })),
);
const amounts = fc.constantFrom(0, 0.1, 0.2, 0.3, 10, 29.33, 49.5, 0.005, 100);
const sums = fc.oneof(
  amounts.map((atLeast) => ({ sum: 'total', atLeast })),
  amounts.map((below) => ({ sum: 'total', below })),
  amounts.map((equals) => ({ sum: 'total', equals })),
  fc.tuple(amounts, amounts).map(([above, atMost]) => ({ sum: 'total', above, atMost })),
);
const wheres = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('shoes', 'hats').map((equals) => [{ property: 'category', equals }]),
  },
  { weight: 1, arbitrary: anyDateWords.map((words) => [{ property: 'deliveredAt', ...words }]) },
  {
    weight: 1,
    arbitrary: anyDateWords.map((words) => [
      { property: 'deliveredAt', ...words },
      { property: 'category', notEquals: 'hats' },
    ]),
  },
);
const events = fc.constantFrom('Order Completed', 'Page Viewed');
const zoned = (words: Words, zone: unknown): Words =>
  without({
    ...words,
    timeZone: ['within', 'olderThan', 'between', 'before', 'after', 'inNext', 'anniversary'].some(
      (word) => word in words,
    )
      ? zone
      : undefined,
  });

/** What other segments there are. */
export const segments: Readonly<Record<string, Rule>> = {
  'had-it-long': { attribute: 'boughtAt', olderThan: 'P3M' },
  'buys-often': { did: 'Order Completed', within: 'P90D', atLeast: 2 },
};

const leaves = fc
  .oneof(
    fc
      .tuple(events, fc.oneof(fc.constant({}), dateWords), fc.oneof(counts, sums), wheres, timeZone)
      .map(([did, window, words, where, zone]) => zoned({ did, ...window, ...words, where }, zone)),
    fc
      .tuple(fc.constantFrom('did', 'didNot', 'last'), events, wheres)
      .map(([word, event, where]) => without({ [word]: event, since: 'trigger', where })),
    fc.constantFrom(...Object.keys(segments)).map((id) => ({ in: id })),
    fc
      .tuple(fc.constantFrom('spring', 'autumn'), fc.integer({ min: 0, max: 99 }))
      .map(([salt, from]) => ({ bucket: { salt, from, to: Math.min(100, from + 40) } })),
    fc
      .tuple(events, fc.oneof(fc.constant({}), dateWords), wheres, timeZone)
      .map(([didNot, window, where, zone]) => zoned({ didNot, ...window, where }, zone)),
    fc
      .tuple(fc.constantFrom('last', 'first'), events, dateWords, wheres, timeZone)
      .map(([edge, event, words, where, zone]) => zoned({ [edge]: event, ...words, where }, zone)),
    fc
      .tuple(anyDateWords, timeZone)
      .map(([words, zone]) => zoned({ attribute: 'boughtAt', ...words }, zone)),
    fc
      .tuple(fc.constantFrom<unknown>('today', { inNext: 'P7D' }, { inNext: 'P1M' }), timeZone)
      .map(([anniversary, zone]) => zoned({ attribute: 'boughtAt', anniversary }, zone)),
    fc
      .tuple(
        counts.filter((words) => Object.keys(words).length > 0),
        timeZone,
      )
      .map(([words, zone]) => without({ age: 'boughtAt', ...words, timeZone: zone })),
    fc.tuple(anyDateWords, fc.constantFrom('3', 'S')).map(([words, model]) => ({
      has: 'cars',
      where: [
        { attribute: 'boughtAt', ...words },
        { attribute: 'model', equals: model },
      ],
    })),
    fc.constantFrom<Words>(
      { attribute: 'city', equals: 'Riga' },
      { attribute: 'city', notEquals: 'Riga' },
      { attribute: 'city', oneOf: ['Riga', 'Ventspils'] },
      { attribute: 'city', startsWith: 'R' },
      { attribute: 'city', exists: false },
      { attribute: 'email', contains: '@example' },
      { attribute: 'visits', atLeast: 2, atMost: 5 },
      { attribute: 'visits', above: 3 },
      { attribute: 'address.city', equals: 'Riga' },
      { attribute: 'address.city', notEquals: 'Riga' },
      { attribute: 'address.city', exists: true },
      { attribute: 'tags', contains: 'vip' },
      { attribute: 'tags', notEquals: 'vip' },
      { attribute: 'address.tags', contains: 'vip' },
    ),
  )
  .map((words) => words as unknown as Rule);

/** Rules of every kind, up to three groups deep. */
export const rules = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaves,
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('rule').map((not) => ({ not })),
  ),
})).rule;

const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined });

const deeds: fc.Arbitrary<Deed> = fc.record({
  name: events,
  at: instants,
  properties: fc
    .record({
      total: optional(fc.constantFrom<unknown>(0.1, 0.2, 29.33, 10, -10, 49.5, '7', 0.005)),
      category: optional(fc.constantFrom('shoes', 'hats')),
      deliveredAt: optional(dates),
      products: optional(
        fc.array(
          fc
            .record({
              category: optional(fc.constantFrom('shoes', 'hats')),
              deliveredAt: optional(dates),
            })
            .map(without),
          { maxLength: 3 },
        ),
      ),
    })
    .map(without),
});

/** People with up to twelve deeds. */
export const people: fc.Arbitrary<Person> = fc.record({
  id: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
  timeZone: fc.constantFrom(...zones),
  attributes: fc
    .record({
      city: optional(fc.constantFrom('Riga', 'Ventspils')),
      'address.city': fc.option(fc.constant('Riga'), { nil: undefined, freq: 5 }),
      address: optional(
        fc.constantFrom<unknown>('Riga', { city: 'Riga' }, { city: 'Oslo', tags: ['vip'] }),
      ),
      tags: optional(fc.constantFrom<unknown>('vip', 'vips', ['vip', 'new'], ['vips'], [])),
      visits: optional(fc.constantFrom<unknown>(1, 3, 5, '4')),
      boughtAt: optional(fc.oneof(dates, fc.constant('soon'))),
      cars: optional(
        fc.array(fc.record({ model: fc.constantFrom('3', 'S'), boughtAt: dates }), {
          maxLength: 3,
        }),
      ),
    })
    .map(without),
  identifiers: fc.constantFrom({}, { email: 'anna@example.com' }),
  deeds: fc.array(deeds, { maxLength: 12 }),
});
