import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, both, either } from '../../../shared/domain/rules/answer.ts';
import { bucketOf } from '../../../shared/domain/rules/bucket.ts';
import { type RuleContext, type Subject } from '../../../shared/domain/rules/compile.ts';
import {
  answerShown,
  type ExplainContext,
  type Explanation,
  explainRule,
} from '../../../shared/domain/rules/explanation.ts';
import { metricKey } from '../../../shared/domain/rules/metric.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { context, iso, subjectOf } from './answered.ts';
import { compiled, record } from './compiled.ts';
import { naive } from './naive-rule.ts';
import { instants, people, rules, segments, zones } from './random-rules.ts';

const names = { segment: () => undefined, list: () => undefined, computed: () => undefined };
const untold = { names, explainSegment: () => undefined };

/** The signed instant that an explained answer stands for. */
const signed = ({ answer, until }: Explanation): Answer => {
  const end = until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
  return answer ? end : -end;
};

function expectGroupsToFollow(explanation: Explanation): void {
  const { kind, parts = [] } = explanation;
  for (const part of parts) expectGroupsToFollow(part);
  const answers = parts.map(signed);
  if (kind === 'all') expect(signed(explanation)).toBe(answers.reduce(both));
  if (kind === 'any') expect(signed(explanation)).toBe(answers.reduce(either));
  if (kind === 'not') expect([signed(explanation)]).toEqual(answers.map((answer) => -answer));
}

const sinceTrigger = (rule: Rule): boolean => JSON.stringify(rule).includes('"since"');

const leavesOf = (rule: Rule): readonly Rule[] => {
  if ('all' in rule) return rule.all.flatMap(leavesOf);
  if ('any' in rule) return rule.any.flatMap(leavesOf);
  return 'not' in rule ? leavesOf(rule.not) : [rule];
};

const explainedLeaves = (explanation: Explanation): readonly Explanation[] =>
  ['all', 'any', 'not'].includes(explanation.kind)
    ? (explanation.parts ?? []).flatMap(explainedLeaves)
    : [explanation];

type Bounds = Readonly<
  Record<'atLeast' | 'atMost' | 'above' | 'below' | 'equals', number | undefined>
>;

/** Whether a value satisfies the comparisons of a leaf, by itself. */
function satisfies(value: number, leaf: Rule): boolean {
  const { atLeast, atMost, above, below, equals } = Object(leaf) as Bounds;
  const bounds = [atLeast, atMost, above, below, equals];
  if (bounds.every((bound) => bound === undefined)) return value >= 1;
  return (
    (atLeast === undefined || value >= atLeast) &&
    (atMost === undefined || value <= atMost) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (equals === undefined || value === equals)
  );
}

/** The answer that a leaf's value alone gives; undefined where it takes more than the value. */
function answerByValue(leaf: Rule, value: unknown): boolean | undefined {
  const amount = value as { count: number; sum?: number };
  if ('did' in leaf) return satisfies(amount.sum ?? amount.count, leaf);
  if ('didNot' in leaf) return amount.count === 0;
  if ('age' in leaf) return value === null ? undefined : satisfies(value as number, leaf);
  if ('has' in leaf) return (value as unknown[]).length > 0;
  if ('bucket' in leaf) return leaf.bucket.from <= Number(value) && Number(value) < leaf.bucket.to;
  if (('last' in leaf || 'first' in leaf) && value === null) return false;
  return undefined;
}

describe('an explanation', () => {
  it('answers as the rule does, group by group, and by the values it shows', () => {
    fc.assert(
      fc.property(
        rules.filter((rule) => !sinceTrigger(rule)),
        people,
        fc.constantFrom(...zones),
        instants,
        (rule, person, company, now) => {
          const whole = compiled(rule, company);
          const ledger = record(whole, person.deeds, now);
          const subject: Subject = { ...person, lists: [], ledger };
          const inner: RuleContext['segment'] = (id) => {
            const one = compiled(segments[id] ?? { any: [] }, company);
            const own = { ...subject, ledger: record(one, person.deeds, now) };
            return (_, at) => one.evaluate(own, at);
          };
          const around: ExplainContext = {
            ...untold,
            companyTimeZone: company,
            metricId: (spec) => whole.ids.indexOf(metricKey(spec)),
            segment: inner,
          };
          const explanation = explainRule(rule, around, { subject, now });
          expect(explanation).toMatchObject(answerShown(whole.evaluate(subject, now)));
          expectGroupsToFollow(explanation);
          const leaves = leavesOf(rule);
          for (const [index, { answer, value }] of explainedLeaves(explanation).entries()) {
            const leaf = leaves[index] as Rule;
            expect(answer).toBe(naive(leaf, person, now, { company, segments }));
            expect(answerByValue(leaf, value) ?? answer).toBe(answer);
          }
        },
      ),
      { numRuns: Number(process.env['RULE_RUNS'] ?? 400) },
    );
  });

  const cars = [
    { model: '3', boughtAt: '2021-05-02' },
    { model: 'S', boughtAt: '2020-01-01' },
  ];
  const attributes = { city: 'Riga', born: '2000-03-08', cars, address: { city: 'Oslo' } };
  const orders: [string, object?][] = [
    ['2026-01-10T10:00:00Z', { total: 10.1, category: 'shoes' }],
    ['2026-03-01T10:00:00Z', { total: 20.2, category: 'hats' }],
    ['2026-03-05T10:00:00Z', { total: 0.3, category: 'shoes' }],
    ['2026-12-05T10:00:00Z', { total: 7 }],
  ];
  const now = '2026-03-08T12:00:00Z';
  const did = 'Order Completed';

  it.each<[Rule, unknown, boolean, string | null]>([
    [{ attribute: 'city', equals: 'Riga' }, 'Riga', true, null],
    [{ attribute: 'address.city', equals: 'Riga' }, 'Oslo', false, null],
    [{ attribute: 'phone', exists: true }, null, false, null],
    [{ age: 'born', atLeast: 26 }, 26, true, null],
    [{ age: 'born', atMost: 26 }, 26, true, '2027-03-07T22:00:00.000Z'],
    [{ age: 'city', atLeast: 1 }, null, false, null],
    [
      { has: 'cars', where: [{ attribute: 'boughtAt', olderThan: 'P5Y' }] },
      [{ model: 'S', boughtAt: '2020-01-01' }],
      true,
      null,
    ],
    [{ has: 'city' }, [], false, null],
    [
      { did, within: 'P30D', atLeast: 2 },
      { count: 2, last: '2026-03-05T10:00:00.000Z' },
      true,
      '2026-03-31T09:00:00.001Z',
    ],
    [
      { did, sum: 'total', atLeast: 30.6 },
      { count: 3, sum: 30.6, last: '2026-03-05T10:00:00.000Z' },
      true,
      null,
    ],
    [
      { did, where: [{ property: 'category', equals: 'hats' }], equals: 0 },
      { count: 1, last: '2026-03-01T10:00:00.000Z' },
      false,
      null,
    ],
    [{ didNot: did, within: 'P1D' }, { count: 0, last: null }, true, '2026-12-05T10:00:00.000Z'],
    [{ last: did, within: 'P1W' }, '2026-03-05T10:00:00.000Z', true, '2026-03-12T10:00:00.001Z'],
    [{ first: did, within: 'P1W' }, '2026-01-10T10:00:00.000Z', false, null],
    [
      { last: did, where: [{ property: 'category', equals: 'hats' }], within: 'P8D' },
      '2026-03-01T10:00:00.000Z',
      true,
      '2026-03-09T10:00:00.001Z',
    ],
    [{ bucket: { salt: 's', from: 0, to: 100 } }, bucketOf('s', 'p1'), true, null],
  ])('of %j shows what it looked at', (rule, value, answer, until) => {
    const subject = subjectOf(rule, orders, attributes);
    const shown = explainRule(rule, { ...context, ...untold }, { subject, now: iso(now) });
    expect(shown).toMatchObject({ value, answer, until });
  });

  it('of a list says whether the person is in it', () => {
    const rule: Rule = { list: 'fair' };
    const list: RuleContext['list'] = () => (subject) =>
      subject.lists.includes('fair@1') ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    const around = { ...context, ...untold, list };
    const nobody = subjectOf({ in: 'x' }, []);
    const shown = (lists: string[]) =>
      explainRule(rule, around, { subject: { ...nobody, lists }, now: iso(now) });
    expect(shown(['fair@1'])).toMatchObject({ kind: 'list', value: true, answer: true });
    expect(shown([])).toMatchObject({ kind: 'list', value: false, answer: false });
  });

  it('tells no instant for what stands until something happens', () => {
    expect(answerShown(Number.NEGATIVE_INFINITY)).toEqual({ answer: false, until: null });
    expect(answerShown(iso(now))).toEqual({ answer: true, until: '2026-03-08T12:00:00.000Z' });
  });
});
