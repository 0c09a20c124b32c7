import { describe, expect, it } from 'vitest';
import { member } from '../../../shared/domain/rules/answer.ts';
import { compileRule } from '../../../shared/domain/rules/compile.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { answered, context, iso, subjectOf } from './answered.ts';

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
