import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RuleNames, ruleWords } from '../../../shared/domain/rules/explanation/rule-words.ts';
import { parseRule } from '../../../shared/domain/rules/rule.ts';
import { rules } from './random-rules.ts';

const names: RuleNames = {
  segment: (id) => (id === 'vip' ? 'Our best' : undefined),
  list: (id) => (id === 'fair' ? 'Met at the fair' : undefined),
  computed: (id) => (id === 'favourite' ? 'Favourite category' : undefined),
};

const said = (input: unknown): string => {
  const parsed = parseRule(input, { trigger: true });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return ruleWords(parsed.rule, names);
};

const orders = 'Order Completed';
const shoes = [{ property: 'category', equals: 'winter shoes' }];

describe('a rule in words', () => {
  it.each<[unknown, string]>([
    [{ attribute: 'city', equals: 'Riga' }, 'People whose city is "Riga".'],
    [{ attribute: 'note', equals: 'x'.repeat(300) }, `People whose note is "${'x'.repeat(100)}…".`],
    [{ attribute: 'first car', equals: true }, 'People whose "first car" is true.'],
    [{ attribute: 'city', notEquals: 'Riga' }, 'People whose city is not "Riga".'],
    [{ attribute: 'city', oneOf: ['Riga'] }, 'People whose city is "Riga".'],
    [
      { attribute: 'city', oneOf: ['Riga', 'Oslo', 'Rome'] },
      'People whose city is "Riga", "Oslo" or "Rome".',
    ],
    [
      { attribute: 'n', oneOf: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
      'People whose n is one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 or 2 more.',
    ],
    [{ attribute: 'tags', contains: 'vip' }, 'People whose tags contains "vip".'],
    [{ attribute: 'city', startsWith: 'R' }, 'People whose city starts with "R".'],
    [{ attribute: 'city', exists: true }, 'People whose city is known.'],
    [{ attribute: 'city', exists: false }, 'People whose city is not known.'],
    [
      { attribute: 'visits', atLeast: 2, below: 5 },
      'People whose visits is at least 2 and less than 5.',
    ],
    [{ attribute: 'visits', above: 2.5 }, 'People whose visits is more than 2.5.'],
    [{ attribute: 'visits', atMost: 7 }, 'People whose visits is at most 7.'],
    [
      { attribute: 'boughtAt', olderThan: 'P4Y' },
      'People whose boughtAt lies more than 4 years ago.',
    ],
    [
      { attribute: 'boughtAt', within: 'P1Y6M', timeZone: 'person' },
      'People whose boughtAt lies in the last 1 year 6 months (in their own time zone).',
    ],
    [
      { attribute: 'endsAt', inNext: 'P2W', timeZone: 'Europe/Riga' },
      'People whose endsAt lies in the next 2 weeks (in the time zone Europe/Riga).',
    ],
    [
      { attribute: 'at', between: ['P13M', 'P11M'] },
      'People whose at lies between 13 and 11 months ago.',
    ],
    [
      { attribute: 'at', between: ['P1Y', 'P11M'] },
      'People whose at lies between 1 year and 11 months ago.',
    ],
    [
      { attribute: 'at', after: '2026-01-01', before: '2026-02-01' },
      'People whose at lies before 2026-02-01 and after 2026-01-01.',
    ],
    [
      { attribute: 'birthDate', anniversary: 'today', timeZone: 'person' },
      'People whose birthDate has its anniversary today (in their own time zone).',
    ],
    [
      { attribute: 'birthDate', anniversary: { inNext: 'P7D' } },
      'People whose birthDate has its anniversary in the next 7 days.',
    ],
    [
      { age: 'birthDate', atLeast: 25, atMost: 35 },
      'People whose age in years by birthDate is at least 25 and at most 35.',
    ],
    [{ has: 'cars' }, 'People who have at least one of cars.'],
    [
      {
        has: 'cars',
        where: [
          { attribute: 'model', equals: '3' },
          { attribute: 'boughtAt', olderThan: 'P4Y' },
        ],
      },
      'People who have at least one of cars (model is "3" and boughtAt lies more than 4 years ago).',
    ],
    [{ did: orders }, 'People who did "Order Completed" at least once.'],
    [
      { did: orders, within: 'P90D', atLeast: 3 },
      'People who did "Order Completed" at least 3 times in the last 90 days.',
    ],
    [
      { did: orders, between: ['P13M', 'P11M'], where: shoes },
      'People who did "Order Completed" (category is "winter shoes") at least once between 13 and 11 months ago.',
    ],
    [
      { did: orders, olderThan: 'PT36H', equals: 1 },
      'People who did "Order Completed" exactly 1 time more than 36 hours ago.',
    ],
    [
      { did: orders, above: 1, below: 9 },
      'People who did "Order Completed" more than 1 and fewer than 9 times.',
    ],
    [
      { did: orders, sum: 'total', atLeast: 150, within: 'P1D', timeZone: 'person' },
      'People whose sum of total over "Order Completed" in the last 1 day (in their own time zone) is at least 150.',
    ],
    [
      { didNot: orders, within: 'P90D' },
      'People who did not do "Order Completed" in the last 90 days.',
    ],
    [{ didNot: orders }, 'People who did not do "Order Completed".'],
    [
      { didNot: orders, since: 'trigger' },
      'People who did not do "Order Completed" since the trigger.',
    ],
    [
      { last: orders, olderThan: 'P180D' },
      'People whose last "Order Completed" was more than 180 days ago.',
    ],
    [
      { first: orders, within: 'P1M', after: '2026-01-01', where: shoes },
      'People whose first "Order Completed" (category is "winter shoes") was in the last 1 month and after 2026-01-01.',
    ],
    [
      { last: orders, since: 'trigger', before: '2026-01-01' },
      'People whose last "Order Completed" was before 2026-01-01 and since the trigger.',
    ],
    [{ in: 'vip' }, 'People who are in the segment "Our best".'],
    [{ in: 'gone' }, 'People who are in the segment "gone".'],
    [{ list: 'fair' }, 'People who are in the list "Met at the fair".'],
    [
      { computed: 'favourite', equals: 'jazz' },
      'People whose computed "Favourite category" is "jazz".',
    ],
    [
      { computed: 'spent', atLeast: 10, below: 20 },
      'People whose computed "spent" is at least 10 and less than 20.',
    ],
    [{ rfm: 'At risk' }, 'People who are in the RFM cell "At risk".'],
    [
      { rfm: { recency: { atLeast: 4 }, frequency: { below: 3 }, monetary: { equals: 5 } } },
      'People whose RFM score of recency is at least 4 and of frequency is less than 3 and of monetary is exactly 5.',
    ],
    [
      { bucket: { salt: 'may', from: 0, to: 50 } },
      'People whose place of 0 to 100 by the random draw "may" is at least 0 and below 50.',
    ],
    [
      { not: { attribute: 'city', equals: 'Riga' } },
      'People who are not among those whose city is "Riga".',
    ],
    [
      { all: [{ in: 'vip' }, { any: [{ did: orders }, { list: 'fair' }] }] },
      'People who are in the segment "Our best" and (who did "Order Completed" at least once or who are in the list "Met at the fair").',
    ],
    [
      { any: [{ not: { all: [{ in: 'vip' }, { list: 'fair' }] } }, { all: [{ in: 'vip' }] }] },
      'People who are not among those (who are in the segment "Our best" and who are in the list "Met at the fair") or who are in the segment "Our best".',
    ],
  ])('%j is said plainly', (rule, words) => {
    expect(said(rule)).toBe(words);
  });

  it('is said of any rule, whole, on one line, its brackets closed', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        const words = ruleWords(rule, names);
        expect(words).toMatch(/^People (\(+)?whos?e? /);
        expect(words).not.toMatch(/undefined|null|NaN|\[object|\n| {2}|\(\)| is \.| is and/);
        expect(words.endsWith('.')).toBe(true);
        const [open, closed] = [words.match(/\(/g), words.match(/\)/g)];
        expect(open?.length).toBe(closed?.length);
      }),
      { numRuns: 2000 },
    );
  });
});
