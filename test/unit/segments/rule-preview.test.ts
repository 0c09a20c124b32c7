import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { member } from '../../../shared/domain/rules/answer.ts';
import type { Subject } from '../../../shared/domain/rules/compile.ts';
import { decodeLedger, type Ledger } from '../../../shared/domain/rules/ledger/ledger.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { fillMetrics, type PastEvent } from '../../../shared/domain/segments/history.ts';
import { previewRule } from '../../../shared/domain/segments/rule-preview.ts';
import type { Ruleset } from '../../../shared/domain/segments/ruleset.ts';
import type { Person } from '../rules/naive-rule.ts';
import { instants, people, rules, segments } from '../rules/random-rules.ts';
import { compiled, rulesOf } from './rules-in-memory.ts';

const now = Date.UTC(2026, 10, 25, 12);

/** A ledger as a pass over everybody left it: every metric of the ruleset, filled. */
function ledgerOf(ruleset: Ruleset, events: readonly PastEvent[], at: number): Ledger {
  const ledger = decodeLedger(undefined);
  fillMetrics(ledger, ruleset.registry.metrics, { events, now: at });
  return ledger;
}

const subjectOf = (person: Partial<Person>, ledger: Ledger): Subject => ({
  id: 'p1',
  timeZone: 'UTC',
  attributes: {},
  identifiers: {},
  ...person,
  lists: [],
  ledger,
});

const order = (days: number): PastEvent => ({
  name: 'Order Completed',
  occurredAt: now - days * 86_400_000,
  properties: { total: 10 },
});

describe('a preview', () => {
  it('answers as the saved rule does, with or without a look at the history', () => {
    let asked = 0;
    let unknown = 0;
    fc.assert(
      fc.property(
        rules.filter((rule) => !JSON.stringify(rule).includes('"since"')),
        fc.option(
          rules.filter((rule) => !JSON.stringify(rule).includes('"since"')),
          { nil: undefined },
        ),
        people,
        instants,
        (rule, kept, person, at) => {
          const events = person.deeds.map(({ name, at: occurredAt, properties }) => ({
            name,
            occurredAt,
            properties,
          }));
          const saved = compiled(rulesOf({ ...segments, rule }));
          const whole = subjectOf(person, ledgerOf(saved, events, at));
          const expected =
            saved.segments.find(({ id }) => id === 'rule')?.now(whole, at) ?? Number.NaN;

          const ruleset = compiled(rulesOf({ ...segments, ...(kept && { kept }) }));
          const preview = previewRule(rule, ruleset);
          const subject = subjectOf(person, ledgerOf(ruleset, events, at));
          const answer = preview.ask(subject, at);
          asked += 1;
          if (answer === undefined) {
            unknown += 1;
            fillMetrics(subject.ledger, preview.missing(subject.ledger), { events, now: at });
          }
          expect(answer === undefined ? preview.missing(subject.ledger) : []).toEqual([]);
          expect(answer ?? preview.holds(subject, at)).toBe(member(expected));
        },
      ),
      { numRuns: Number(process.env['RULE_RUNS'] ?? 400) },
    );
    expect(unknown).toBeGreaterThan(asked / 20);
    expect(unknown).toBeLessThan(asked / 2);
  });

  const often: Rule = { did: 'Order Completed', within: 'P30D', atLeast: 2 };

  it.each<[string, Rule, Rule | undefined, readonly PastEvent[], object, boolean | undefined]>([
    ['of what no ledger has is not known without the history', often, undefined, [], {}, undefined],
    [
      'needs no history where something else settles it',
      { all: [{ attribute: 'city', equals: 'Riga' }, often] },
      undefined,
      [],
      { city: 'Oslo' },
      false,
    ],
    [
      'needs it where the rest holds',
      { all: [{ attribute: 'city', equals: 'Riga' }, often] },
      undefined,
      [],
      { city: 'Riga' },
      undefined,
    ],
    [
      'needs none where anything else is enough',
      { any: [{ attribute: 'city', equals: 'Riga' }, { not: often }] },
      undefined,
      [],
      { city: 'Riga' },
      true,
    ],
    [
      'needs none for people who never did it, by another metric of the same event',
      often,
      { did: 'Order Completed', sum: 'total', above: 5 },
      [],
      {},
      false,
    ],
    [
      'needs it for people who did',
      often,
      { did: 'Order Completed', sum: 'total', above: 5 },
      [order(1), order(2)],
      {},
      undefined,
    ],
    [
      'of a wider window needs none while no event was folded away',
      { did: 'Order Completed', within: 'P4Y', atLeast: 2 },
      often,
      [order(1), order(60)],
      {},
      true,
    ],
    [
      'of a wider window needs it once one was',
      { did: 'Order Completed', within: 'P4Y', atLeast: 2 },
      often,
      [order(1), order(100)],
      {},
      undefined,
    ],
    [
      'of a narrower window goes by the ledger',
      { did: 'Order Completed', within: 'P7D' },
      often,
      [order(1), order(100)],
      {},
      true,
    ],
  ])('%s', (_, rule, kept, events, attributes, expected) => {
    const ruleset = compiled(rulesOf(kept === undefined ? {} : { kept }));
    const subject = subjectOf({ attributes: { ...attributes } }, ledgerOf(ruleset, events, now));
    expect(previewRule(rule, ruleset).ask(subject, now)).toBe(expected);
  });

  it('does not take a metric made meanwhile for its own', () => {
    const ruleset = compiled(rulesOf({}));
    const preview = previewRule(often, ruleset);
    const later = compiled(rulesOf({ other: { did: 'Page Viewed' } }));
    const subject = subjectOf({}, ledgerOf(later, [], now));
    expect(preview.ask(subject, now)).toBeUndefined();
  });
});
