import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { member, until } from '../../../shared/domain/rules/answer.ts';
import type { Subject } from '../../../shared/domain/rules/compile.ts';
import { parseRule } from '../../../shared/domain/rules/rule.ts';
import { compiled, record, triggerEvent } from './compiled.ts';
import { type Around, naive } from './naive-rule.ts';
import { instants, people, rules, segments, zones } from './random-rules.ts';

const runs = { numRuns: Number(process.env['RULE_RUNS'] ?? 400) };

describe('rules', () => {
  it('answer as a plain reading of the whole history does, with old events folded, and until says when', () => {
    fc.assert(
      fc.property(
        rules,
        people,
        fc.constantFrom(...zones),
        instants,
        instants,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (rule, person, company, now, triggeredAt, places) => {
          const trigger = { event: triggerEvent, at: triggeredAt };
          const around: Around = { company, segments, trigger };
          expect(parseRule(rule, { trigger: true })).toMatchObject({ ok: true });
          const compiledRule = compiled(rule, company);
          const subject: Subject = {
            ...person,
            lists: [],
            ledger: record(compiledRule, person.deeds, now),
          };
          const answer = compiledRule.evaluate(subject, now, triggeredAt);
          expect(member(answer)).toBe(naive(rule, person, now, around));
          const end = Math.min(until(answer), Date.UTC(2032, 0));
          expect(end).toBeGreaterThan(now);
          const inside = [
            ...places.map((place) => Math.floor(now + place * (end - 1 - now))),
            end - 1,
          ];
          for (const instant of inside) {
            expect(naive(rule, person, instant, around)).toBe(member(answer));
          }
          const isLeaf = !('all' in rule || 'any' in rule || 'not' in rule || 'has' in rule);
          const turns = isLeaf && until(answer) === end;
          const after = turns ? naive(rule, person, end, around) : !member(answer);
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
            compiledRule.evaluate(
              { ...person, lists: [], ledger: record(compiledRule, history, now) },
              now,
              now,
            ),
          );
          expect(one).toBe(other);
        },
      ),
      runs,
    );
  });
});
