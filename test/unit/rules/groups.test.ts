import { describe, expect, it } from 'vitest';
import { member } from '../../../shared/domain/rules/answer.ts';
import { compileRule, type RuleContext } from '../../../shared/domain/rules/compile.ts';
import type { Rule } from '../../../shared/domain/rules/rule.ts';
import { context, subjectOf } from './answered.ts';

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

describe('groups of conditions that time does not change', () => {
  const leaves = Array.from(
    { length: 13 },
    (_, index): Rule => ({
      attribute: `a${index}`,
      equals: index,
    }),
  );
  const mixed = [...leaves, { not: { attribute: 'address.city', equals: 'Riga' } }];
  const fitting = Object.fromEntries(leaves.map((_, index) => [`a${index}`, index]));
  const holds = (rule: Rule, attributes: object): boolean =>
    member(compileRule(rule, context).evaluate(subjectOf(rule, [], attributes), 1));

  it.each(leaves.map((_, index) => index))('need each one of all, number %i too', (index) => {
    expect(holds({ all: mixed }, fitting)).toBe(true);
    expect(holds({ all: mixed.slice(0, index + 1) }, fitting)).toBe(true);
    expect(holds({ all: mixed.slice(0, index + 1) }, { ...fitting, [`a${index}`]: -1 })).toBe(
      false,
    );
    expect(holds({ all: mixed }, { ...fitting, [`a${index}`]: -1 })).toBe(false);
  });

  it.each(leaves.map((_, index) => index))('need one of any, number %i will do', (index) => {
    const any = mixed.slice(0, 13);
    expect(holds({ any }, { [`a${index}`]: index })).toBe(true);
    expect(holds({ any: any.slice(0, index + 1) }, { [`a${index}`]: index })).toBe(true);
    expect(
      holds({ any: [...any.slice(0, index), ...any.slice(index + 1)] }, { [`a${index}`]: index }),
    ).toBe(false);
    expect(holds({ not: { any } }, { [`a${index}`]: index })).toBe(false);
  });

  it('look into the path beside them', () => {
    const inRiga = { ...fitting, address: { city: 'Riga' } };
    expect(holds({ all: mixed }, inRiga)).toBe(false);
    expect(holds({ any: mixed }, { address: { city: 'Riga' } })).toBe(false);
    expect(holds({ any: mixed }, {})).toBe(true);
  });
});
