import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { member, until } from '../../../shared/domain/rules/answer.ts';
import { compileRule, type Subject } from '../../../shared/domain/rules/compile.ts';
import {
  type ComputedDefinition,
  computedDefinitionSchema,
  computedFunctions,
  computedSpec,
} from '../../../shared/domain/rules/computed/computed.ts';
import { computedValue } from '../../../shared/domain/rules/computed/computed-value.ts';
import type { ComputedLeaf } from '../../../shared/domain/rules/leaf.ts';
import {
  addEvent,
  decodeLedger,
  encodeLedger,
  foldLedger,
  type Ledger,
  readMetric,
} from '../../../shared/domain/rules/ledger/ledger.ts';
import { matchEvent } from '../../../shared/domain/rules/ledger/metric.ts';
import { naiveComputed } from './naive-computed.ts';
import { type Deed, satisfies } from './naive-rule.ts';
import { zones } from './random-rules.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const scalars = fc.constantFrom<unknown>(
  'jazz',
  'rock',
  'Pop',
  '',
  '2',
  2,
  0.1,
  19.99,
  -3,
  true,
  false,
  null,
  ['jazz'],
  1e16,
);
const numbers = fc.constantFrom<unknown>(0.1, 0.2, 19.99, -3, 0, 7, 1e16, 1e-7, 'many', null);

const fields = fc.record(
  { category: scalars, price: numbers, size: fc.constantFrom('S', 'L') },
  { requiredKeys: [] },
);
const dated = fc.record(
  { deliveredAt: fc.constantFrom('2024-02-28', '2024-02-29T23:30', '2024-03-09T00:00:00Z') },
  { requiredKeys: [] },
);
const products = fc.array(
  fc.tuple(fields, dated).map((parts) => Object.assign({}, ...parts) as object),
  { maxLength: 3 },
);
const properties = fc
  .tuple(fields, fc.record({ products, inner: fields }, { requiredKeys: [] }))
  .map(([own, more]) => ({ ...own, ...more }));

/** Around a month's end and a clock change, some long before, some at one instant. */
const histories = fc
  .tuple(
    fc.constantFrom('2024-02-29', '2024-03-31', '2024-10-27', '2024-12-31', '2011-12-30'),
    fc.array(
      fc.tuple(
        fc.oneof(
          fc.integer({ min: -60, max: 60 }),
          fc.constantFrom(-24 * 400, -24 * 200, -24 * 59, 24 * 40),
        ),
        properties,
      ),
      { minLength: 1, maxLength: 14 },
    ),
  )
  .map(([day, events]) =>
    events.map(
      ([hours, said]): Deed => ({
        name: 'O',
        at: Date.parse(day) + hours * hourMs,
        properties: said,
      }),
    ),
  );

const windows = fc.constantFrom<string | undefined>(
  undefined,
  undefined,
  'P1M',
  'P30D',
  'PT36H',
  'P1Y',
  'P1M1DT5H',
);
const conditions = fc.constantFrom<object[] | undefined>(
  undefined,
  undefined,
  [{ property: 'size', equals: 'L' }],
  [
    { property: 'price', above: 0 },
    { property: 'size', exists: true },
  ],
  [{ property: 'deliveredAt', within: 'P7D' }],
  [{ property: 'deliveredAt', olderThan: 'P1M' }],
);

const definitions = fc
  .tuple(
    fc.constantFrom(...computedFunctions),
    fc.constantFrom('category', 'price', 'inner.category', 'price'),
    windows,
    conditions,
  )
  .map(([word, property, within, where]) =>
    computedDefinitionSchema.parse({
      event: 'O',
      function: word,
      ...(word !== 'count' && word !== 'daysSince' && { property }),
      ...(within && { within }),
      ...(where && { where }),
    }),
  );

const bounds = fc.constantFrom(0, 1, 2, 2.5, 7, 0.1, 0.3, 10, 40, 19.99, 10.045);
const leaves = fc
  .oneof(
    fc.tuple(fc.constantFrom('atLeast', 'atMost', 'above', 'below'), bounds),
    fc.tuple(
      fc.constantFrom('equals', 'notEquals'),
      fc.oneof(bounds, fc.constantFrom('jazz', true)),
    ),
    fc.tuple(fc.constant('oneOf'), fc.constantFrom(['jazz', 3], [1, 4, 8], [true, 'rock'])),
    fc.tuple(fc.constantFrom('contains', 'startsWith'), fc.constantFrom('j', 'z', '')),
    fc.tuple(fc.constant('exists'), fc.boolean()),
  )
  // One word and what goes with it.
  .map(([word, value]) => ({ computed: 'x', [word]: value }) as ComputedLeaf);

/** The ledger after events in the order given, folded after each at an instant not after it is asked. */
function recorded(
  definition: ComputedDefinition,
  deeds: readonly Deed[],
  foldedAt: readonly number[],
): Ledger {
  const spec = computedSpec(definition);
  let ledger = decodeLedger(undefined);
  deeds.forEach((deed, index) => {
    const match = matchEvent(spec, deed.properties);
    if (match !== undefined) addEvent(ledger, 1, spec, deed.at, match);
    const now = foldedAt[index % foldedAt.length];
    if (now !== undefined) foldLedger(ledger, 1, spec, now);
    ledger = decodeLedger(encodeLedger(ledger));
  });
  return ledger;
}

const numRuns = Number(process.env['RULE_RUNS'] ?? 400) * 5;

const cases = fc.record({
  definition: definitions,
  leaf: leaves,
  deeds: histories,
  company: fc.constantFrom(...zones),
  hours: fc.integer({ min: -70, max: 70 * 24 }),
  foldedBefore: fc.array(fc.constantFrom(0, 1, 50 * dayMs, 500 * dayMs), { maxLength: 3 }),
  order: fc.array(fc.nat(100), { minLength: 14, maxLength: 14 }),
});

/** As they arrive, in any order. */
const shuffled = (deeds: readonly Deed[], order: readonly number[]): readonly Deed[] =>
  deeds
    .map((deed, index) => ({ deed, place: order[index] ?? 0 }))
    .sort((one, other) => one.place - other.place)
    .map(({ deed }) => deed);

describe('a computed value', () => {
  it('is what a plain look at the whole history finds, and stands exactly as long as it says', () => {
    fc.assert(
      fc.property(cases, ({ definition, deeds, company, hours, foldedBefore, order }) => {
        let now = (deeds[0]?.at ?? 0) + hours * hourMs;
        const folds = foldedBefore.map((before) => now - before);
        const ledger = recorded(definition, shuffled(deeds, order), folds);
        const recount = (at: number) => naiveComputed(definition, deeds, { now: at, company });
        for (let turn = 0; turn < 8; turn++) {
          const found = computedValue(definition, readMetric(ledger, 1), { zone: company, now });
          expect(found.value).toBe(recount(now));
          const end = Math.min(found.until, now + 800 * dayMs);
          for (const at of [Math.floor((now + end) / 2), end - 1]) {
            expect(recount(at)).toBe(found.value);
          }
          if (found.until !== end) return;
          expect(recount(end)).not.toBe(found.value);
          now = end;
        }
      }),
      { numRuns },
    );
  });

  it('satisfies conditions exactly until it says so', () => {
    fc.assert(
      fc.property(cases, ({ definition, leaf, deeds, company, hours, foldedBefore, order }) => {
        let now = (deeds[0]?.at ?? 0) + hours * hourMs;
        const folds = foldedBefore.map((before) => now - before);
        const ledger = recorded(definition, shuffled(deeds, order), folds);
        const compiled = compileRule(leaf, {
          companyTimeZone: company,
          computed: () => definition,
          metricId: () => 1,
          segment: () => () => Number.NaN,
        });
        const identity = { id: 'p', timeZone: 'UTC', attributes: {}, identifiers: {}, lists: [] };
        const subject: Subject = { ...identity, ledger };
        const person = { ...identity, deeds: [] };
        const recount = (at: number) =>
          satisfies(naiveComputed(definition, deeds, { now: at, company }), leaf, {
            person,
            now: at,
            around: { company, segments: {} },
          });
        for (let turn = 0; turn < 8; turn++) {
          const answer = compiled.evaluate(subject, now);
          expect(member(answer)).toBe(recount(now));
          const end = Math.min(until(answer), now + 800 * dayMs);
          for (const at of [Math.floor((now + end) / 2), end - 1]) {
            expect(recount(at)).toBe(member(answer));
          }
          if (until(answer) !== end) return;
          expect(recount(end)).toBe(!member(answer));
          now = end;
        }
      }),
      { numRuns },
    );
  });
});
