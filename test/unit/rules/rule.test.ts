import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ruleNeeds } from '../../../shared/domain/rules/compile.ts';
import {
  parseRule,
  type Rule,
  ruleSchema,
  triggerRuleSchema,
} from '../../../shared/domain/rules/rule.ts';

const issuesOf = (input: unknown, trigger = false): readonly string[] => {
  const parsed = parseRule(input, { trigger });
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};
const nested = (depth: number): unknown =>
  depth === 0 ? { in: 'vip' } : { not: nested(depth - 1) };

describe('a rule is refused at the word to mend', () => {
  it.each<[string, unknown, string]>([
    ['an unknown kind', { all: [{ churn: 'high' }] }, 'all.0.churn: unknown word "churn"'],
    ['an unknown RFM cell', { all: [{ rfm: 'R1' }] }, 'all.0.rfm: must be scores'],
    ['an RFM score beyond 5', { rfm: { recency: { atLeast: 6 } } }, 'rfm'],
    ['RFM scores that ask nothing', { rfm: { recency: {} } }, 'rfm'],
    ['a computed value that is asked nothing', { computed: 'x' }, 'computed: needs one of'],
    [
      'an unknown operator',
      { all: [{ in: 'a' }, { did: 'X', atleast: 3 }] },
      'all.1.atleast: unknown word "atleast": here stand did, sum, atLeast',
    ],
    ['no operator', { any: [{ attribute: 'city' }] }, 'any.0.attribute: needs one of equals'],
    ['no comparison of a sum', { did: 'X', sum: 'total' }, 'sum: needs one of atLeast'],
    ['no comparison of an age', { age: 'birthDate' }, 'age: needs one of atLeast'],
    ['a text for a number', { did: 'X', atLeast: '3' }, 'atLeast: Invalid input: expected number'],
    ['no duration', { did: 'X', within: '90 days' }, 'within: must be an ISO 8601 duration'],
    [
      'no date',
      { attribute: 'boughtAt', before: '2026-02-30' },
      'before: must be an ISO 8601 date',
    ],
    [
      'the shorter first',
      { did: 'X', between: ['P11M', 'P13M'] },
      'between: must be two durations',
    ],
    [
      'two windows',
      { did: 'X', within: 'P1D', between: ['P2D', 'P1D'] },
      'between: stands instead of "within"',
    ],
    [
      'no time zone',
      { attribute: 'a', within: 'P1D', timeZone: 'Riga' },
      'timeZone: must be "person"',
    ],
    [
      'a zone of nothing',
      { attribute: 'a', equals: 1, timeZone: 'person' },
      'timeZone: needs a condition on a date',
    ],
    ['a comparison of didNot', { didNot: 'X', atLeast: 3 }, 'atLeast: unknown word'],
    [
      'words beside a group',
      { all: [{ in: 'a' }], timeZone: 'UTC' },
      'timeZone: unknown word "timeZone" beside "all"',
    ],
    ['an empty group', { any: [] }, 'any: must be a list of at least one rule'],
    ['an empty object', { not: {} }, 'not: must not be empty'],
    ['a text', { not: 'vip' }, 'not: must be an object'],
    [
      'a condition of one element',
      { has: 'cars', where: [{ attribute: 'model', is: 1 }] },
      'where.0.is: unknown word "is"',
    ],
    [
      'a condition of an event',
      { did: 'X', where: [{ property: 'a' }] },
      'where.0.property: needs one of',
    ],
    [
      'an anniversary of an event',
      { did: 'X', where: [{ property: 'a', anniversary: 'today' }] },
      'where.0.anniversary: an anniversary',
    ],
    [
      'a bucket upside down',
      { bucket: { salt: 's', from: 50, to: 20 } },
      'bucket: needs "from" below "to"',
    ],
    ['last without a condition', { last: 'X' }, 'last: needs one of within'],
    ['a trigger in a segment', { did: 'X', since: 'trigger' }, 'since: only the "unless"'],
    [
      'a year ahead',
      { attribute: 'a', anniversary: { inNext: 'P1Y' } },
      'anniversary.inNext: must be shorter than a year',
    ],
    ['too deep', nested(20), `${'not.'.repeat(20)}: a rule is at most 20`.replace('.:', ':')],
  ])('%s', (_, input, expected) => {
    expect(issuesOf(input)).toHaveLength(1);
    expect(issuesOf(input)[0]).toContain(expected);
  });

  it('with 500 parts at most', () => {
    const many = (count: number): unknown => ({
      any: Array.from({ length: count }, () => ({ in: 'a' })),
    });
    expect(issuesOf(many(499))).toEqual([]);
    expect(issuesOf(many(800))).toEqual(['any.499: a rule has at most 500 parts']);
  });

  it('with every reason at once', () => {
    expect(issuesOf({ all: [{ did: 'X', atLeast: 'a', foo: 1 }, { bar: 2 }] })).toHaveLength(3);
  });

  it('inside another schema with the whole path', () => {
    const outer = z.strictObject({ name: z.string(), rule: ruleSchema });
    const paths = (input: unknown): unknown =>
      outer.safeParse(input).error?.issues.map(({ path }) => path.join('.'));
    expect(paths({ name: 'a', rule: { all: [{ did: 'X', atLeast: '1' }] } })).toEqual([
      'rule.all.0.atLeast',
    ]);
    expect(paths({ name: 'a' })).toEqual(['rule']);
  });
});

describe('a rule is accepted', () => {
  it.each<[unknown]>([
    [{ attribute: 'birthDate', anniversary: 'today', timeZone: 'person' }],
    [{ attribute: 'birthDate', anniversary: { inNext: 'P7D' } }],
    [{ age: 'birthDate', atLeast: 25, atMost: 35 }],
    [
      {
        has: 'cars',
        where: [
          { attribute: 'model', equals: '3' },
          { attribute: 'boughtAt', olderThan: 'P4Y' },
        ],
      },
    ],
    [
      {
        did: 'Order Completed',
        between: ['P13M', 'P11M'],
        where: [{ property: 'category', equals: 'winter shoes' }],
      },
    ],
    [{ did: 'Order Completed', sum: 'total', atLeast: 150 }],
    [{ didNot: 'Order Completed', within: 'P90D' }],
    [{ last: 'Order Completed', olderThan: 'P180D' }],
    [{ first: 'Order Completed', within: 'P30D' }],
    [
      {
        any: [
          { in: 'vip' },
          { not: { list: 'staff' } },
          { bucket: { salt: 's', from: 0, to: 50 } },
        ],
      },
    ],
    [nested(19)],
  ])('%j', (input) => {
    expect(parseRule(input)).toEqual({ ok: true, rule: input });
    expect(ruleSchema.parse(input)).toBe(input);
  });

  it('since a trigger in the unless of an event campaign', () => {
    const rule: Rule = { did: 'Order Completed', since: 'trigger' };
    expect(triggerRuleSchema.safeParse(rule).success).toBe(true);
    expect(ruleSchema.safeParse(rule).success).toBe(false);
  });
});

describe('a rule tells what it needs', () => {
  it('metrics with the longest retention, names of attributes, segments and lists', () => {
    const needs = ruleNeeds(
      {
        all: [
          { did: 'Order Completed', within: 'P90D', atLeast: 3 },
          { did: 'Order Completed', within: 'P1Y', timeZone: 'person' },
          { last: 'Page Viewed', olderThan: 'P180D' },
          { did: 'Order Completed', sum: 'total', atLeast: 150 },
          { did: 'Order Completed', where: [{ property: 'deliveredAt', within: 'P7D' }] },
          { attribute: 'address.city', equals: 'Riga' },
          { any: [{ in: 'vip' }, { list: 'staff' }] },
        ],
      },
      { companyTimeZone: 'Europe/Riga' },
    );
    expect(
      needs.metrics.map(({ event, sum, dates, retentionDays }) => [
        event,
        sum,
        dates,
        retentionDays,
      ]),
    ).toEqual([
      ['Order Completed', null, [], 368],
      ['Page Viewed', null, [], 0],
      ['Order Completed', 'total', [], 0],
      ['Order Completed', null, ['deliveredAt'], null],
    ]);
    expect([...needs.attributes].sort()).toEqual(['address', 'address.city', 'timeZone']);
    expect([...needs.segments]).toEqual(['vip']);
    expect([...needs.lists]).toEqual(['staff']);
  });
});
