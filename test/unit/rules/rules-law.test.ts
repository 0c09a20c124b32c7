import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { member, until } from '../../../shared/domain/rules/answer.ts';
import { compileRule, type Subject } from '../../../shared/domain/rules/compile.ts';
import {
  addEvent,
  decodeLedger,
  emptyMetric,
  encodeLedger,
  foldLedger,
  type Ledger,
} from '../../../shared/domain/rules/ledger.ts';
import { type MetricSpec, matchEvent, metricKey } from '../../../shared/domain/rules/metric.ts';
import { parseRule, type Rule } from '../../../shared/domain/rules/rule.ts';
import { type Deed, naive, type Person } from './naive-rule.ts';

const zones = ['Europe/Riga', 'America/New_York', 'UTC', 'Pacific/Apia', 'Australia/Lord_Howe'];
const hourMs = 3_600_000;

/** Whole hours of 2023 to 2027, often at month ends and clock changes, where calendars are hard. */
const instants = fc
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

const leaves = fc
  .oneof(
    fc
      .tuple(events, fc.oneof(fc.constant({}), dateWords), fc.oneof(counts, sums), wheres, timeZone)
      .map(([did, window, words, where, zone]) => zoned({ did, ...window, ...words, where }, zone)),
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
    ),
  )
  .map((words) => words as unknown as Rule);

const rules = fc.letrec<{ rule: Rule }>((tie) => ({
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

const people: fc.Arbitrary<Person> = fc.record({
  id: fc.constant('p1'),
  timeZone: fc.constantFrom(...zones),
  attributes: fc
    .record({
      city: optional(fc.constantFrom('Riga', 'Ventspils')),
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

function compiled(rule: Rule, companyTimeZone: string) {
  const ids: string[] = [];
  return {
    ids,
    ...compileRule(rule, {
      companyTimeZone,
      segment: () => () => Number.NaN,
      metricId: (spec) => {
        if (!ids.includes(metricKey(spec))) ids.push(metricKey(spec));
        return ids.indexOf(metricKey(spec));
      },
    }),
  };
}

type Compiled = ReturnType<typeof compiled>;

function record(rule: Compiled, history: readonly Deed[], now: number | undefined): Ledger {
  let ledger = decodeLedger(undefined);
  const each = (use: (spec: MetricSpec, id: number) => void): void =>
    rule.metrics.forEach((spec) => {
      use(spec, rule.ids.indexOf(metricKey(spec)));
    });
  each((_, id) => {
    emptyMetric(ledger, id);
  });
  for (const deed of history) {
    each((spec, id) => {
      const match = deed.name === spec.event ? matchEvent(spec, deed.properties) : undefined;
      if (match !== undefined) addEvent(ledger, id, spec, deed.at, match);
      if (now !== undefined) foldLedger(ledger, id, spec, now);
    });
    ledger = decodeLedger(encodeLedger(ledger));
  }
  return ledger;
}

const runs = { numRuns: Number(process.env['RULE_RUNS'] ?? 400) };

describe('rules', () => {
  it('answer as a plain reading of the whole history does, with old events folded, and until says when', () => {
    fc.assert(
      fc.property(
        rules,
        people,
        fc.constantFrom(...zones),
        instants,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (rule, person, company, now, places) => {
          expect(parseRule(rule)).toMatchObject({ ok: true });
          const compiledRule = compiled(rule, company);
          const subject: Subject = { ...person, ledger: record(compiledRule, person.deeds, now) };
          const answer = compiledRule.evaluate(subject, now);
          expect(member(answer)).toBe(naive(rule, person, now, company));
          const end = Math.min(until(answer), Date.UTC(2032, 0));
          expect(end).toBeGreaterThan(now);
          const inside = [
            ...places.map((place) => Math.floor(now + place * (end - 1 - now))),
            end - 1,
          ];
          for (const instant of inside) {
            expect(naive(rule, person, instant, company)).toBe(member(answer));
          }
          const isLeaf = !('all' in rule || 'any' in rule || 'not' in rule || 'has' in rule);
          const turns = isLeaf && until(answer) === end;
          const after = turns ? naive(rule, person, end, company) : !member(answer);
          expect(after).toBe(!member(answer));
        },
      ),
      runs,
    );
  });

  it('do not depend on the order in which events arrive', () => {
    fc.assert(
      fc.property(
        rules,
        people,
        instants,
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        (rule, person, now, ranks) => {
          const compiledRule = compiled(rule, 'Europe/Riga');
          const shuffled = person.deeds
            .map((deed, index) => ({ deed, rank: ranks[index] ?? 0 }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ deed }) => deed);
          const [one, other] = [person.deeds, shuffled].map((history) =>
            compiledRule.evaluate({ ...person, ledger: record(compiledRule, history, now) }, now),
          );
          expect(one).toBe(other);
        },
      ),
      runs,
    );
  });
});
