import type { PropertyCondition, Scalar } from './leaf.ts';

export type ValueTest = (value: unknown) => boolean;

/** The conditions on a value that time does not change. */
export type ValueWords = Pick<
  PropertyCondition,
  | 'equals'
  | 'notEquals'
  | 'oneOf'
  | 'contains'
  | 'startsWith'
  | 'exists'
  | 'atLeast'
  | 'atMost'
  | 'above'
  | 'below'
>;

/** Whether a value satisfies all words; `undefined` and `null` are an absent value. */
export const valueTest = (words: ValueWords): ValueTest => together(valueTests(words));

function together(tests: readonly ValueTest[]): ValueTest {
  const [first, ...rest] = tests;
  if (first === undefined) return () => true;
  if (rest.length === 0) return first;
  const others = together(rest);
  return (value) => first(value) && others(value);
}

/** One test per word; all of them are required. */
function valueTests(words: ValueWords): readonly ValueTest[] {
  const { equals, notEquals, oneOf, contains, startsWith, exists } = words;
  const tests: ValueTest[] = [];
  if (equals !== undefined) tests.push((value) => value === equals);
  if (notEquals !== undefined) tests.push((value) => value !== notEquals);
  if (oneOf !== undefined) tests.push(isOneOf(oneOf));
  if (contains !== undefined) tests.push((value) => includes(value, contains));
  if (startsWith !== undefined) {
    tests.push((value) => typeof value === 'string' && value.startsWith(startsWith));
  }
  if (exists !== undefined)
    tests.push((value) => (value !== undefined && value !== null) === exists);
  tests.push(...numberTests(words));
  return tests;
}

function numberTests({ atLeast, atMost, above, below }: ValueWords): readonly ValueTest[] {
  const tests: ValueTest[] = [];
  if (atLeast !== undefined && atMost !== undefined) {
    tests.push((value) => typeof value === 'number' && value >= atLeast && value <= atMost);
  } else if (atLeast !== undefined) {
    tests.push((value) => typeof value === 'number' && value >= atLeast);
  } else if (atMost !== undefined) {
    tests.push((value) => typeof value === 'number' && value <= atMost);
  }
  if (above !== undefined) tests.push((value) => typeof value === 'number' && value > above);
  if (below !== undefined) tests.push((value) => typeof value === 'number' && value < below);
  return tests;
}

/** Up to so many values a look through them is faster than a set. */
const few = 8;

function isOneOf(scalars: readonly Scalar[]): ValueTest {
  const [one, other] = scalars;
  if (scalars.length === 2) return (value) => value === one || value === other;
  if (scalars.length <= few) {
    return (value) => {
      for (const scalar of scalars) if (value === scalar) return true;
      return false;
    };
  }
  const set: ReadonlySet<unknown> = new Set(scalars);
  return (value) => set.has(value);
}

function includes(value: unknown, part: Scalar): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  return Array.isArray(value) && value.includes(part);
}
