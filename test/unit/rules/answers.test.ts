import { describe, expect, it } from 'vitest';
import { member, until } from '../../../shared/domain/rules/answer.ts';
import { bucketer, bucketOf } from '../../../shared/domain/rules/bucket.ts';
import {
  compileRule,
  type RuleContext,
  type Subject,
} from '../../../shared/domain/rules/compile.ts';
import { addEvent, decodeLedger } from '../../../shared/domain/rules/ledger.ts';
import { matchEvent } from '../../../shared/domain/rules/metric.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';

const iso = (text: string): number => Date.parse(text);
const context: RuleContext = {
  companyTimeZone: 'Europe/Riga',
  metricId: () => 1,
  segment: () => () => Number.NEGATIVE_INFINITY,
};

function subjectOf(rule: Rule, events: readonly [string, object?][], attributes = {}): Subject {
  const ledger = decodeLedger(undefined);
  const [spec] = compileRule(rule, context).metrics;
  for (const [at, properties] of events) {
    const match = spec && matchEvent(spec, { ...properties });
    if (spec && match) addEvent(ledger, 1, spec, iso(at), match);
  }
  return { id: 'p1', timeZone: 'America/New_York', identifiers: {}, attributes, ledger };
}

/** `in until ...` or `out until ...`, the instant without its milliseconds when they are 000. */
function answered(rule: Rule, subject: Subject, now: string, triggeredAt?: string): string {
  const compiled = compileRule(rule, context);
  const at = triggeredAt === undefined ? undefined : iso(triggeredAt);
  const answer = compiled.evaluate(subject, iso(now), at);
  const end = until(answer);
  const text = Number.isFinite(end) ? new Date(end).toISOString().replace('.000Z', 'Z') : 'ever';
  return `${member(answer) ? 'in' : 'out'} until ${text}`;
}

describe('what a person did', () => {
  const orders: [string, object][] = [
    ['2026-08-31T09:00:00Z', { total: 0.1 }],
    ['2026-10-20T09:00:00Z', { total: 0.2 }],
    ['2026-11-20T09:00:00Z', { total: 29.33 }],
  ];
  it.each<[string, Rule, string, string]>([
    [
      'three times in 90 days',
      { did: 'O', within: 'P90D', atLeast: 3 },
      '2026-11-21T00:00:00Z',
      'in until 2026-11-29T10:00:00.001Z',
    ],
    [
      'the window ends on the month end',
      { did: 'O', within: 'P6M', atLeast: 3 },
      '2026-11-21T00:00:00Z',
      'in until 2027-02-28T10:00:00.001Z',
    ],
    [
      'not yet',
      { did: 'O', atLeast: 3 },
      '2026-11-20T08:59:59.999Z',
      'out until 2026-11-20T09:00:00Z',
    ],
    [
      'between two borders',
      { did: 'O', between: ['P2M', 'P1M'] },
      '2026-11-20T10:00:00Z',
      'out until 2026-11-20T10:00:00.001Z',
    ],
    [
      'nothing since',
      { didNot: 'O', within: 'P30D' },
      '2026-11-21T00:00:00Z',
      'out until 2026-12-20T09:00:00.001Z',
    ],
    [
      'exact decimals',
      { did: 'O', sum: 'total', equals: 0.3 },
      '2026-11-01T00:00:00Z',
      'in until 2026-11-20T09:00:00Z',
    ],
    [
      'a sum that falls',
      { did: 'O', sum: 'total', within: 'P90D', above: 29.53 },
      '2026-11-21T00:00:00Z',
      'in until 2026-11-29T10:00:00.001Z',
    ],
    [
      'the last is old enough',
      { last: 'O', olderThan: 'P1M' },
      '2026-11-20T08:00:00Z',
      'out until 2026-12-20T09:00:00.001Z',
    ],
    [
      'the first is old enough',
      { first: 'O', olderThan: 'P90D' },
      '2026-11-21T00:00:00Z',
      'out until 2026-11-29T10:00:00.001Z',
    ],
    ['never', { did: 'O', sum: 'total', below: 10 }, '2027-11-21T00:00:00Z', 'out until ever'],
  ])('%s', (_, rule, now, expected) => {
    expect(answered(rule, subjectOf(rule, orders), now)).toBe(expected);
  });

  it('is nothing, adding up to 0, for someone who did nothing', () => {
    const rule: Rule = { did: 'O', sum: 'total', below: 10 };
    expect(answered(rule, subjectOf(rule, []), '2026-11-21T00:00:00Z')).toBe('in until ever');
  });

  it('since a trigger counts from its instant on, but not the trigger itself', () => {
    const rule: Rule = { did: 'O', since: 'trigger' };
    const subject = subjectOf(rule, orders);
    const trigger = '2026-11-20T09:00:00Z';
    expect(answered(rule, subject, '2026-11-21T00:00:00Z', trigger)).toBe('in until ever');
    expect(answered(rule, subject, '2026-11-21T00:00:00Z', '2026-11-20T09:00:01Z')).toBe(
      'out until ever',
    );
    const same = compileRule(rule, { ...context, triggerEvent: 'O' });
    expect(member(same.evaluate(subject, iso('2026-11-21'), iso(trigger)))).toBe(false);
    expect(member(same.evaluate(subject, iso('2026-11-21'), iso(trigger) - 1))).toBe(true);
    expect(() => same.evaluate(subject, iso('2026-11-21'))).toThrow('trigger');
  });
});

describe('who a person is', () => {
  const rule = (words: object): Rule => ({ attribute: 'date', ...words });
  it.each<[string, Rule, unknown, string, string]>([
    [
      'a birthday in Riga',
      rule({ anniversary: 'today' }),
      '1994-03-08',
      '2027-03-07T22:00:00Z',
      'in until 2027-03-08T22:00:00Z',
    ],
    [
      'a birthday in New York',
      rule({ anniversary: 'today', timeZone: 'person' }),
      '1994-03-08',
      '2027-03-07T22:00:00Z',
      'out until 2027-03-08T05:00:00Z',
    ],
    [
      '29 February in a common year',
      rule({ anniversary: 'today' }),
      '2000-02-29',
      '2027-02-27T22:00:00Z',
      'in until 2027-02-28T22:00:00Z',
    ],
    [
      '29 February in a leap year',
      rule({ anniversary: 'today' }),
      '2000-02-29',
      '2028-02-28T12:00:00Z',
      'out until 2028-02-28T22:00:00Z',
    ],
    [
      'the week before',
      rule({ anniversary: { inNext: 'P7D' } }),
      '1994-03-08',
      '2027-03-01T00:00:00Z',
      'in until 2027-03-07T22:00:00Z',
    ],
    [
      'the day itself is not ahead',
      rule({ anniversary: { inNext: 'P7D' } }),
      '1994-03-08',
      '2027-03-08T00:00:00Z',
      'out until 2028-02-29T22:00:00Z',
    ],
    [
      'not born yet',
      rule({ anniversary: 'today' }),
      '2027-03-08',
      '2026-03-08T12:00:00Z',
      'out until 2028-03-07T22:00:00Z',
    ],
    [
      'over four years',
      rule({ olderThan: 'P4Y' }),
      '2024-02-29',
      '2027-01-01T00:00:00Z',
      'out until 2028-02-28T22:00:00.001Z',
    ],
    [
      'soon',
      rule({ inNext: 'P14D' }),
      '2026-12-01',
      '2026-11-21T00:00:00Z',
      'in until 2026-11-30T22:00:00Z',
    ],
    [
      'a number is no date',
      rule({ within: 'P4Y' }),
      1_795_000_000,
      '2026-11-21T00:00:00Z',
      'out until ever',
    ],
    [
      'an age',
      { age: 'date', atLeast: 25, atMost: 35 },
      '1994-03-08',
      '2026-11-21T00:00:00Z',
      'in until 2030-03-07T22:00:00Z',
    ],
    [
      'an age to come',
      { age: 'date', above: 32 },
      '1994-03-08',
      '2026-11-21T00:00:00Z',
      'out until 2027-03-07T22:00:00Z',
    ],
    [
      'an age of 29 February',
      { age: 'date', atLeast: 18 },
      '2008-02-29',
      '2026-02-27T21:59:59Z',
      'out until 2026-02-27T22:00:00Z',
    ],
    [
      'absent is not equal',
      rule({ notEquals: 'x' }),
      undefined,
      '2026-11-21T00:00:00Z',
      'in until ever',
    ],
    ['null is absent', rule({ exists: false }), null, '2026-11-21T00:00:00Z', 'in until ever'],
    [
      'absent is not below',
      rule({ below: 3 }),
      undefined,
      '2026-11-21T00:00:00Z',
      'out until ever',
    ],
    ['a text is no number', rule({ atLeast: 3 }), '4', '2026-11-21T00:00:00Z', 'out until ever'],
    [
      'a list contains',
      rule({ contains: 'b' }),
      ['a', 'b'],
      '2026-11-21T00:00:00Z',
      'in until ever',
    ],
    [
      'a list equals nothing',
      rule({ equals: 'a' }),
      ['a'],
      '2026-11-21T00:00:00Z',
      'out until ever',
    ],
    ['case matters', rule({ startsWith: 'r' }), 'Riga', '2026-11-21T00:00:00Z', 'out until ever'],
  ])('%s', (_, words, date, now, expected) => {
    expect(answered(words, subjectOf(words, [], { date }), now)).toBe(expected);
  });

  it.each<[string, object, boolean]>([
    ['address.city', { 'address.city': 'Riga', address: { city: 'Oslo' } }, true],
    ['address.city', { address: { city: 'Riga' } }, true],
    ['address.city', { address: 'Riga' }, false],
    ['constructor', {}, false],
    ['Address', { address: 'Riga' }, false],
  ])('reads %s of %j', (attribute, attributes, expected) => {
    const words: Rule = {
      any: [
        { attribute, equals: 'Riga' },
        { attribute, startsWith: 'func' },
      ],
    };
    const compiled = compileRule(words, context);
    expect(member(compiled.evaluate(subjectOf(words, [], attributes), 1))).toBe(expected);
    const existing = compileRule({ attribute: 'constructor', exists: true }, context);
    expect(member(existing.evaluate(subjectOf(words, [], attributes), 1))).toBe(false);
  });

  it('cannot make a rule run its texts as code', () => {
    const text = '"] ?? (globalThis.broken = 1) //\u2028`${1}\\';
    const words: Rule = {
      all: [
        { attribute: text, oneOf: [text, "'"] },
        { attribute: text, startsWith: text },
      ],
    };
    const compiled = compileRule(words, context);
    expect(member(compiled.evaluate(subjectOf(words, [], { [text]: text }), 1))).toBe(true);
    expect('broken' in globalThis).toBe(false);
  });
});

describe('groups', () => {
  const at = (answers: Record<string, number>): RuleContext => ({
    ...context,
    segment: (id) => () => answers[id] ?? Number.NaN,
  });
  const evaluated = (rule: Rule, answers: Record<string, number>): number =>
    compileRule(rule, at(answers)).evaluate(subjectOf(rule, []), 1);
  const [a, b]: [Rule, Rule] = [{ in: 'a' }, { in: 'b' }];

  it.each<[string, Rule, Record<string, number>, number]>([
    ['all hold until the first may change', { all: [a, b] }, { a: 20, b: 10 }, 10],
    ['not all, until the one that denies may change', { all: [a, b] }, { a: 20, b: -30 }, -30],
    ['not all, until the last that denies may change', { all: [a, b] }, { a: -40, b: -30 }, -40],
    ['any, until the last that grants may change', { any: [a, b] }, { a: 20, b: 10 }, 20],
    ['any, until the one that grants may change', { any: [a, b] }, { a: 20, b: -10 }, 20],
    ['none, until the first may change', { any: [a, b] }, { a: -40, b: -30 }, -30],
    ['the contrary, as long', { not: { any: [a, b] } }, { a: -40, b: -30 }, 30],
  ])('%s', (_, rule, answers, expected) => {
    expect(evaluated(rule, answers)).toBe(expected);
  });
});

describe('a bucket', () => {
  it('is the same place for ever', () => {
    expect(bucketOf('s', 'p1').toFixed(6)).toBe(bucketer('s')('p1').toFixed(6));
    expect(
      [bucketOf('s', 'p1'), bucketOf('s', 'p2'), bucketOf('t', 'p1')].map((at) => at.toFixed(2)),
    ).toEqual(['93.86', '1.45', '21.35']);
  });

  it('spreads people evenly, and differently for each salt', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `01JD${index}`);
    const share = (test: (id: string) => boolean): number => ids.filter(test).length / ids.length;
    for (let from = 0; from < 100; from += 10) {
      const inside = share(
        (id) => bucketOf('march', id) >= from && bucketOf('march', id) < from + 10,
      );
      expect(Math.abs(inside - 0.1)).toBeLessThan(0.01);
    }
    const both = share((id) => bucketOf('march', id) < 50 && bucketOf('april', id) < 50);
    expect(Math.abs(both - 0.25)).toBeLessThan(0.015);
  });
});
