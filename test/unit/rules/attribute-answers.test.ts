import { describe, expect, it } from 'vitest';
import { member } from '../../../shared/domain/rules/answer.ts';
import { compileRule } from '../../../shared/domain/rules/compile.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { answered, context, subjectOf } from './answered.ts';

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

  it.each(['externalId', 'email', 'phone'])(
    'reads the identifier %s before an attribute of that name, and the attribute where there is none',
    (name) => {
      const words: Rule = { attribute: name, equals: 'own' };
      const compiled = compileRule(words, context);
      const of = (identifiers: object, attributes: object) =>
        member(
          compiled.evaluate(
            { ...subjectOf(words, [], attributes), identifiers: { ...identifiers } },
            1,
          ),
        );
      expect(of({ [name]: 'own' }, { [name]: 'other' })).toBe(true);
      expect(of({ [name]: 'other' }, { [name]: 'own' })).toBe(false);
      expect(of({}, { [name]: 'own' })).toBe(true);
    },
  );

  it('takes names and texts of any spelling as they are', () => {
    const text = '"] ?? (globalThis.broken = 1) //\u2028`${1}\\';
    const words: Rule = {
      all: [
        { attribute: text, oneOf: [text, "'"] },
        { attribute: text, startsWith: text },
      ],
    };
    const compiled = compileRule(words, context);
    expect(member(compiled.evaluate(subjectOf(words, [], { [text]: text }), 1))).toBe(true);
  });
});
