import { always, never } from './answer.ts';
import type { RuleNode, Subject } from './compilation.ts';
import { fieldReader, isPlainName } from './field.ts';
import { type AttributeLeaf, dateWords } from './leaf.ts';
import type { Rule } from './rule.ts';
import { type ValueTest, valueTest } from './value-test.ts';

/** A rule that time does not change. */
type SubjectTest = (subject: Subject) => boolean;

/** A condition on an attribute that is read by its name alone. */
type PlainLeaf = { readonly name: string; readonly test: ValueTest };

const identifierNames: ReadonlySet<string> = new Set(['email', 'phone', 'externalId']);

/** Whether time changes nothing about a rule: attributes compared with values, and groups of them. */
export function isStatic(rule: Rule): boolean {
  if ('all' in rule) return rule.all.every(isStatic);
  if ('any' in rule) return rule.any.every(isStatic);
  if ('not' in rule) return isStatic(rule.not);
  if (!('attribute' in rule) || rule.anniversary !== undefined) return false;
  return dateWords.every((word) => rule[word as keyof AttributeLeaf] === undefined);
}

/** A whole static rule: its conditions answer yes or no, which is cheaper than an instant each. */
export function staticNode(rule: Rule): RuleNode {
  const test = subjectTest(rule);
  return (subject) => (test(subject) ? always : never);
}

function subjectTest(rule: Rule): SubjectTest {
  if ('all' in rule) {
    const { leaves, tests } = parted(rule.all);
    return everyTest([...fives(leaves).map(everyLeaf), ...tests]);
  }
  if ('any' in rule) {
    const { leaves, tests } = parted(rule.any);
    return someTest([...fives(leaves).map(someLeaf), ...tests]);
  }
  if ('not' in rule) {
    const test = subjectTest(rule.not);
    return (subject) => !test(subject);
  }
  if (!('attribute' in rule)) throw new Error(`${JSON.stringify(rule)} changes with time`);
  const read = attributeReader(rule.attribute);
  const test = valueTest(rule);
  return (subject) => test(read(subject));
}

/** Plain leaves stand beside the other rules of a group: their order changes no answer. */
function parted(rules: readonly Rule[]): { leaves: PlainLeaf[]; tests: SubjectTest[] } {
  const leaves: PlainLeaf[] = [];
  const tests: SubjectTest[] = [];
  for (const rule of rules) {
    const leaf = plainLeaf(rule);
    if (leaf === undefined) tests.push(subjectTest(rule));
    else leaves.push(leaf);
  }
  return { leaves, tests };
}

function plainLeaf(rule: Rule): PlainLeaf | undefined {
  if ('not' in rule) {
    const leaf = plainLeaf(rule.not);
    return leaf && { name: leaf.name, test: (value) => !leaf.test(value) };
  }
  if (!('attribute' in rule)) return undefined;
  const name = rule.attribute;
  const isPlain = isPlainName(name) && !identifierNames.has(name);
  return isPlain ? { name, test: valueTest(rule) } : undefined;
}

/** Everybody satisfies it; it only fills a place. */
const filler: PlainLeaf = { name: '', test: () => true };

function fives(leaves: readonly PlainLeaf[]): PlainLeaf[][] {
  const count = Math.ceil(leaves.length / 5);
  return Array.from({ length: count }, (_, index) => leaves.slice(index * 5, index * 5 + 5));
}

/**
 * One to five leaves, written out: the compiler of the engine learns each place on its own, so that a
 * busy rule costs what the same comparisons written by hand do. In a loop it is three times as much.
 */
function everyLeaf(leaves: readonly PlainLeaf[]): SubjectTest {
  const [a = filler, b = filler, c = filler, d = filler, e = filler] = leaves;
  const [nameA, nameB, nameC, nameD, nameE] = [a.name, b.name, c.name, d.name, e.name];
  const [testA, testB, testC, testD, testE] = [a.test, b.test, c.test, d.test, e.test];
  switch (leaves.length) {
    case 1:
      return ({ attributes: of }) => testA(of[nameA]);
    case 2:
      return ({ attributes: of }) => testA(of[nameA]) && testB(of[nameB]);
    case 3:
      return ({ attributes: of }) => testA(of[nameA]) && testB(of[nameB]) && testC(of[nameC]);
    case 4:
      return ({ attributes: of }) =>
        testA(of[nameA]) && testB(of[nameB]) && testC(of[nameC]) && testD(of[nameD]);
    default:
      return ({ attributes: of }) =>
        testA(of[nameA]) &&
        testB(of[nameB]) &&
        testC(of[nameC]) &&
        testD(of[nameD]) &&
        testE(of[nameE]);
  }
}

/** The same for any of the leaves. */
function someLeaf(leaves: readonly PlainLeaf[]): SubjectTest {
  const [a = filler, b = filler, c = filler, d = filler, e = filler] = leaves;
  const [nameA, nameB, nameC, nameD, nameE] = [a.name, b.name, c.name, d.name, e.name];
  const [testA, testB, testC, testD, testE] = [a.test, b.test, c.test, d.test, e.test];
  switch (leaves.length) {
    case 1:
      return ({ attributes: of }) => testA(of[nameA]);
    case 2:
      return ({ attributes: of }) => testA(of[nameA]) || testB(of[nameB]);
    case 3:
      return ({ attributes: of }) => testA(of[nameA]) || testB(of[nameB]) || testC(of[nameC]);
    case 4:
      return ({ attributes: of }) =>
        testA(of[nameA]) || testB(of[nameB]) || testC(of[nameC]) || testD(of[nameD]);
    default:
      return ({ attributes: of }) =>
        testA(of[nameA]) ||
        testB(of[nameB]) ||
        testC(of[nameC]) ||
        testD(of[nameD]) ||
        testE(of[nameE]);
  }
}

function everyTest(tests: readonly SubjectTest[]): SubjectTest {
  const [a, b, c, ...rest] = tests;
  if (a === undefined) return () => true;
  if (b === undefined) return a;
  if (c === undefined) return (subject) => a(subject) && b(subject);
  const others = everyTest([c, ...rest]);
  return (subject) => a(subject) && b(subject) && others(subject);
}

function someTest(tests: readonly SubjectTest[]): SubjectTest {
  const [a, b, c, ...rest] = tests;
  if (a === undefined) return () => false;
  if (b === undefined) return a;
  if (c === undefined) return (subject) => a(subject) || b(subject);
  const others = someTest([c, ...rest]);
  return (subject) => a(subject) || b(subject) || others(subject);
}

/** An attribute of a person; the identifiers are attributes too, which no attribute of that name can hide. */
export function attributeReader(name: string): (subject: Subject) => unknown {
  const read = fieldReader(name);
  return identifierNames.has(name)
    ? (subject) => read(subject.identifiers) ?? read(subject.attributes)
    : (subject) => read(subject.attributes);
}
