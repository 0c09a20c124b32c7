import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../../shared/domain/rules/bucket.ts';
import {
  compileRule,
  type RuleContext,
  type Subject,
} from '../../../shared/domain/rules/compile.ts';
import type { ComputedDefinition } from '../../../shared/domain/rules/computed/computed.ts';
import {
  answerShown,
  type ExplainContext,
  explainRule,
} from '../../../shared/domain/rules/explanation/explanation.ts';
import { addEvent, decodeLedger } from '../../../shared/domain/rules/ledger/ledger.ts';
import { matchEvent, metricKey } from '../../../shared/domain/rules/ledger/metric.ts';
import { rfmSettingsSchema } from '../../../shared/domain/rules/rfm/rfm.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { context, iso, subjectOf } from './answered.ts';
import { compiled, record } from './compiled.ts';
import {
  answerByValue,
  expectGroupsToFollow,
  explainedLeaves,
  leavesOf,
} from './explained-answers.ts';
import { naive } from './naive-rule.ts';
import { instants, people, rules, segments, zones } from './random-rules.ts';

const names = { segment: () => undefined, list: () => undefined, computed: () => undefined };
const untold = { names, explainSegment: () => undefined };

const sinceTrigger = (rule: Rule): boolean => JSON.stringify(rule).includes('"since"');

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

  const seen = (around: RuleContext, rule: Rule, events = orders) => {
    const ledger = decodeLedger(undefined);
    for (const spec of compileRule(rule, around).metrics) {
      for (const [at, properties = {}] of events) {
        const match = matchEvent(spec, { ...properties });
        if (match) addEvent(ledger, 1, spec, iso(at), match);
      }
    }
    const subject = { ...subjectOf({ in: 'x' }, []), ledger };
    return explainRule(rule, { ...around, ...untold }, { subject, now: iso(now) });
  };

  it.each<[ComputedDefinition | undefined, unknown]>([
    [{ event: did, function: 'mostFrequent', property: 'category' }, 'shoes'],
    [{ event: did, function: 'sum', property: 'total', within: 'P30D' }, 20.5],
    [{ event: did, function: 'average', property: 'total' }, 10.2],
    [{ event: did, function: 'daysSince' }, 3],
    [{ event: 'Page Viewed', function: 'last', property: 'url' }, null],
    [undefined, null],
  ])('of a computed value (%j) shows it', (definition, value) => {
    const around = { ...context, computed: () => definition };
    const events = definition?.event === did ? orders : [];
    const rule: Rule = { computed: 'some', exists: true };
    const shown = seen(around, rule, events);
    expect(shown).toMatchObject({ kind: 'computed', value, answer: value !== null });
  });

  it('of RFM shows the scores and their cell', () => {
    const days = (count: number): number => count * 86_400_000;
    const cuts = {
      recencyMs: [days(1), days(5), days(10), days(30)],
      frequency: [1, 2, 3, 4],
      monetary: [10, 20, 30, 40],
    };
    const settings = rfmSettingsSchema.parse({});
    const around: RuleContext = { ...context, rfm: { settings, cuts } };
    const value = { recency: 4, frequency: 3, monetary: 4, cell: 'Loyal' };
    const until = '2026-03-10T10:00:00.001Z';
    const byScores: Rule = { rfm: { recency: { atLeast: 4 }, monetary: { below: 5 } } };
    expect(seen(around, byScores)).toMatchObject({ kind: 'rfm', answer: true, until, value });
    expect(seen(around, { rfm: 'Loyal' })).toMatchObject({ answer: true, value });
    expect(seen(around, { rfm: 'Lost' })).toMatchObject({ answer: false, value });
    expect(seen(around, { rfm: 'Lost' }, [])).toMatchObject({ answer: false, value: null });
    const uncut: RuleContext = { ...context, rfm: { settings, cuts: undefined } };
    expect(seen(uncut, { rfm: 'Loyal' })).toMatchObject({ answer: false, value: null });
    expect(seen(context, { rfm: 'Loyal' })).toMatchObject({ answer: false, value: null });
  });

  it('shows only the beginning of what is very long', () => {
    const rule: Rule = { attribute: 'tags', contains: 'vip' };
    const tags = Array.from({ length: 1000 }, (_, index) => `tag ${index}`);
    const subject = subjectOf(rule, [], { tags: [...tags, 'vip'] });
    const { answer, value } = explainRule(rule, { ...context, ...untold }, { subject, now: 1 });
    expect([answer, String(value).slice(0, 17)]).toEqual([true, '["tag 0","tag 1",']);
    expect(String(value)).toHaveLength(1001);
  });

  it('tells no instant for what stands until something happens', () => {
    expect(answerShown(Number.NEGATIVE_INFINITY)).toEqual({ answer: false, until: null });
    expect(answerShown(iso(now))).toEqual({ answer: true, until: '2026-03-08T12:00:00.000Z' });
  });
});
