import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { member, until } from '../../../shared/domain/rules/answer.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { compiled, record, triggerEvent } from './compiled.ts';
import { type Deed, naive, type Person } from './naive-rule.ts';
import { zones } from './random-rules.ts';

const hourMs = 3_600_000;

/** Around one month's end or clock change, so close together that calendars let events overtake. */
const histories = fc
  .tuple(
    fc.constantFrom('2024-01-31', '2024-02-29', '2025-01-31', '2025-03-30', '2024-10-27'),
    fc.array(fc.tuple(fc.integer({ min: -60, max: 60 }), fc.constantFrom(0, 1, 2, 0.5, 7)), {
      minLength: 1,
      maxLength: 14,
    }),
  )
  .map(([day, events]) =>
    events.map(
      ([hours, total]): Deed => ({
        name: 'O',
        at: Date.parse(day) + hours * hourMs,
        properties: { total },
      }),
    ),
  );

const bounds = fc
  .tuple(fc.constantFrom('atLeast', 'below', 'atMost', 'equals', 'range'), fc.nat(6), fc.nat(4))
  .map(([word, low, more]) =>
    word === 'range' ? { atLeast: low, atMost: low + more } : { [word]: low },
  );

const windows = fc.constantFrom<object>(
  { within: 'P1M' },
  { within: 'P30D' },
  { within: 'P1Y' },
  { within: 'P1M1DT5H' },
  { within: 'PT36H' },
  { olderThan: 'P1M' },
  { between: ['P1M', 'P1D'] },
  { between: ['P2M', 'P1M'] },
  { between: ['P1M', 'P30D'] },
  {},
);

const leaves = fc
  .tuple(windows, bounds, fc.boolean())
  // The words of one leaf.
  .map(
    ([window, words, isSum]) =>
      ({ did: 'O', ...window, ...words, ...(isSum && { sum: 'total' }) }) as Rule,
  );

const numRuns = Number(process.env['RULE_RUNS'] ?? 400) * 2;

describe('a window over events close together', () => {
  it('turns exactly when until says, whatever order the calendar lets them go in', () => {
    fc.assert(
      fc.property(
        leaves,
        histories,
        fc.constantFrom(...zones),
        fc.integer({ min: -3, max: 65 * 24 }),
        (rule, deeds, company, hours) => {
          const person: Person = {
            id: 'p',
            timeZone: 'UTC',
            attributes: {},
            identifiers: {},
            deeds,
          };
          const rightAfter = Math.max(...deeds.map(({ at }) => at)) + hours * hourMs;
          const around = { company, segments: {}, trigger: { event: triggerEvent, at: 0 } };
          const compiledRule = compiled(rule, company);
          const ledger = record(compiledRule, deeds, rightAfter);
          let now = rightAfter;
          for (let turn = 0; turn < 12 && now < Number.POSITIVE_INFINITY; turn++) {
            const answer = compiledRule.evaluate({ ...person, lists: [], ledger }, now);
            expect(member(answer)).toBe(naive(rule, person, now, around));
            const end = Math.min(until(answer), rightAfter + 800 * 24 * hourMs);
            for (const at of [Math.floor((now + end) / 2), end - 1]) {
              expect(naive(rule, person, at, around)).toBe(member(answer));
            }
            const turns = until(answer) === end;
            const after = turns ? naive(rule, person, end, around) : !member(answer);
            expect(after).toBe(!member(answer));
            now = until(answer);
          }
        },
      ),
      { numRuns },
    );
  });
});
