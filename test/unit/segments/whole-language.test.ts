import { describe, expect, it } from 'vitest';
import { listMark } from '../../../shared/domain/lists/static-list.ts';
import { member } from '../../../shared/domain/rules/answer.ts';
import type { Subject } from '../../../shared/domain/rules/compile.ts';
import { answerShown } from '../../../shared/domain/rules/explanation/explanation.ts';
import { decodeLedger, type Ledger } from '../../../shared/domain/rules/ledger/ledger.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { explainSegment } from '../../../shared/domain/segments/explanation.ts';
import { fillMetrics, type PastEvent } from '../../../shared/domain/segments/history.ts';
import { withMetrics } from '../../../shared/domain/segments/metric-registry.ts';
import { previewRule } from '../../../shared/domain/segments/rule-preview.ts';
import {
  compileRuleset,
  neededMetrics,
  type Ruleset,
  type RulesetSource,
} from '../../../shared/domain/segments/ruleset.ts';
import { type Dice, diceOf } from '../../support/dice.ts';
import {
  answerByValue,
  expectGroupsToFollow,
  explainedLeaves,
  leavesOf,
} from '../rules/explained-answers.ts';
import { naive } from '../rules/naive-rule.ts';
import { zones } from '../rules/random-rules.ts';
import { aSaid, firstSaid } from './random-inputs.ts';
import { aComputed, rfmCuts, rfmSettings } from './random-named.ts';
import { aRule } from './random-rule.ts';

const now = Date.UTC(2026, 10, 25, 12);
const worlds = Number(process.env['RULE_RUNS'] ?? 400);
const at = { createdAt: new Date(now).toISOString(), updatedAt: new Date(now).toISOString() };

/** What rules name, by the dice, all of it serving. */
function aRulebook(dice: Dice) {
  const lists = ['fair', 'shop'].map((id) => ({ id, name: id, version: 1, ...at }));
  const definitions = { first: aComputed(dice, now), second: aComputed(dice, now) };
  const computed = Object.entries(definitions).map(([id, definition]) => {
    const serving = { version: 1, definition };
    return { id, name: id, definition, version: 1, serving, ...at };
  });
  const model = { version: 1, settings: rfmSettings(dice), cuts: rfmCuts(dice) };
  const around = { lists: ['fair', 'shop'], computed: ['first', 'second'], near: now };
  const low = aRule(dice, { ...around, segments: [] });
  const high = aRule(dice, { ...around, segments: ['low'] });
  const top = aRule(dice, { ...around, segments: ['low', 'high'] });
  const named = { lists, computed, rfm: { ...model, serving: model, sketched: undefined } };
  return { named, definitions, model, rules: { low, high, top } };
}

/** Segments that serve, with every metric filled. */
function serving(
  named: ReturnType<typeof aRulebook>['named'],
  rules: Readonly<Record<string, Rule>>,
): RulesetSource {
  const segments = Object.entries(rules).map(([id, rule]) => {
    const definition = { version: 1, rule };
    return { id, name: `The ${id}`, ...definition, notify: false, serving: definition, ...at };
  });
  const needs = neededMetrics({ ...named, segments }, 'UTC');
  const { nextId, metrics } = withMetrics({ nextId: 1, metrics: [] }, needs);
  const registry = { nextId, metrics: metrics.map((metric) => ({ ...metric, filled: true })) };
  return { ...named, revision: 1, settled: 1, segments, registry };
}

/** Somebody, and what they did: some of it in the future. */
function aPerson(dice: Dice) {
  const said = [firstSaid(dice, now), ...dice.some(10, () => aSaid(dice, now))];
  const known = Object.assign({}, ...said.map(({ attributes = {} }) => attributes));
  const deeds = said.flatMap(({ agoMs, event }) =>
    event === undefined
      ? []
      : [
          {
            ...event,
            properties: { ...event.properties },
            at: now - Number(agoMs === 'same' ? 0 : agoMs),
          },
        ],
  );
  return {
    id: dice.pick(['p1', 'p2', 'p3']),
    timeZone: dice.pick(zones),
    attributes: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)),
    identifiers: Object.assign({}, ...said.map(({ identifiers = {} }) => identifiers)),
    deeds,
    lists: ['fair', 'shop'].filter(() => dice.chance(0.5)),
  };
}

type Person = ReturnType<typeof aPerson>;

const eventsOf = ({ deeds }: Person): PastEvent[] =>
  deeds.map(({ at: occurredAt, ...event }) => ({ ...event, occurredAt }));

function subjectOf(person: Person, ruleset: Ruleset): Subject {
  const ledger: Ledger = decodeLedger(undefined);
  fillMetrics(ledger, ruleset.registry.metrics, { events: eventsOf(person), now });
  const lists = person.lists.map((id) => listMark({ id, version: 1 }));
  return { ...person, lists, ledger };
}

describe('every word of the language', () => {
  it('is explained as it is answered, in words, with the value that was looked at', () => {
    const kinds = new Map<string, number>();
    for (let seed = 1; seed <= worlds; seed += 1) {
      const dice = diceOf(seed);
      const { named, definitions, model, rules } = aRulebook(dice);
      const source = serving(named, rules);
      const ruleset = compileRuleset(source, 'UTC');
      const person = aPerson(dice);
      const subject = subjectOf(person, ruleset);
      const around = { company: 'UTC', segments: rules, computed: definitions, rfm: model };
      for (const [id, rule] of Object.entries(rules)) {
        const explained = explainSegment(id, { source, ruleset, subject, now });
        const answer = ruleset.segments.find((one) => one.id === id)?.now(subject, now);
        expect(explained?.rule).toMatchObject(answerShown(answer ?? Number.NaN));
        expect(explained?.words).not.toMatch(/undefined|null|NaN|\[object|\n| {2}|\(\)/);
        if (explained?.rule) expectGroupsToFollow(explained.rule);
        const leaves = leavesOf(rule);
        const parts = explained?.rule ? explainedLeaves(explained.rule) : [];
        expect(parts).toHaveLength(leaves.length);
        for (const [index, part] of parts.entries()) {
          const leaf = leaves[index] as Rule; // as many leaves as parts
          expect([seed, leaf, part.answer]).toEqual([seed, leaf, naive(leaf, person, now, around)]);
          const byValue = answerByValue(leaf, part.value);
          expect([seed, leaf, byValue ?? part.answer]).toEqual([seed, leaf, part.answer]);
          kinds.set(part.kind, (kinds.get(part.kind) ?? 0) + 1);
        }
      }
    }
    expect([...kinds.keys()].toSorted()).toEqual(
      ['age', 'attribute', 'bucket', 'computed', 'did', 'didNot'].concat([
        'first',
        'has',
        'in',
        'last',
        'list',
        'rfm',
      ]),
    );
  });

  it('is previewed as it is answered once it is saved', () => {
    let unknown = 0;
    for (let seed = 1; seed <= worlds; seed += 1) {
      const dice = diceOf(seed);
      const { named, rules } = aRulebook(dice);
      const person = aPerson(dice);
      const saved = compileRuleset(serving(named, rules), 'UTC');
      const { low, high, top } = rules;
      const before = compileRuleset(serving(named, { low, high }), 'UTC');
      const subject = subjectOf(person, before);
      const preview = previewRule(top, before);
      const answer = preview.ask(subject, now);
      const missing = preview.missing(subject.ledger);
      fillMetrics(subject.ledger, missing, { events: eventsOf(person), now });
      const expected = saved.segments.find(({ id }) => id === 'top')?.now;
      const whole = expected?.(subjectOf(person, saved), now) ?? Number.NaN;
      if (answer === undefined) unknown += 1;
      expect([seed, answer ?? preview.holds(subject, now)]).toEqual([seed, member(whole)]);
      expect([seed, preview.holds(subject, now)]).toEqual([seed, member(whole)]);
    }
    expect(unknown).toBeGreaterThan(worlds / 20);
    expect(unknown).toBeLessThan(worlds / 2);
  });
});
