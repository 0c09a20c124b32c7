import type { RuleNode, Subject } from './compilation.ts';
import { fieldReader } from './field.ts';
import { type AttributeLeaf, dateWords } from './leaf.ts';
import type { Rule } from './rule.ts';
import { valueTests } from './value-test.ts';

/** Constants that the generated code reads by position. */
type Constants = unknown[];

export const identifierNames: ReadonlySet<string> = new Set(['email', 'phone', 'externalId']);

/** Whether time changes nothing about a rule: attributes compared with values, and groups of them. */
export function isStatic(rule: Rule): boolean {
  if ('all' in rule) return rule.all.every(isStatic);
  if ('any' in rule) return rule.any.every(isStatic);
  if ('not' in rule) return isStatic(rule.not);
  if (!('attribute' in rule) || rule.anniversary !== undefined) return false;
  return dateWords.every((word) => rule[word as keyof AttributeLeaf] === undefined);
}

/**
 * One JavaScript function for a whole static rule, since closures in a tree cost ten times what the
 * comparisons do. Its text holds only our own words and JSON literals; everything else stays a
 * constant beside it.
 */
export function staticNode(rule: Rule): RuleNode {
  const constants: Constants = [];
  const code = codeOf(rule, constants);
  const source = `return (s) => { const a = s.attributes; let v; return ${code} ? Infinity : -Infinity; }`;
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is made above, of literals.
  const make = new Function('c', source) as (constants: Constants) => RuleNode;
  return make(constants);
}

function codeOf(rule: Rule, constants: Constants): string {
  if ('all' in rule) return `(${rule.all.map((child) => codeOf(child, constants)).join(' && ')})`;
  if ('any' in rule) return `(${rule.any.map((child) => codeOf(child, constants)).join(' || ')})`;
  if ('not' in rule) return `!${codeOf(rule.not, constants)}`;
  if ('attribute' in rule) return leafCode(rule, constants);
  throw new Error(`${JSON.stringify(rule)} changes with time`);
}

function leafCode(leaf: AttributeLeaf, constants: Constants): string {
  const { attribute, equals, notEquals, oneOf, contains, startsWith, exists } = leaf;
  const parts = [`(v = ${readCode(attribute, constants)}, true)`];
  if (equals !== undefined) parts.push(`v === ${JSON.stringify(equals)}`);
  if (notEquals !== undefined) parts.push(`v !== ${JSON.stringify(notEquals)}`);
  if (oneOf !== undefined) {
    parts.push(
      oneOf.length <= 8
        ? `(${oneOf.map((scalar) => `v === ${JSON.stringify(scalar)}`).join(' || ')})`
        : `${constant(new Set(oneOf), constants)}.has(v)`,
    );
  }
  for (const words of [{ contains }, { startsWith }]) {
    for (const test of valueTests(words)) parts.push(`${constant(test, constants)}(v)`);
  }
  if (exists !== undefined) parts.push(exists ? 'v != null' : 'v == null');
  const bounds = { '>=': leaf.atLeast, '<=': leaf.atMost, '>': leaf.above, '<': leaf.below };
  for (const [operator, bound] of Object.entries(bounds)) {
    if (bound !== undefined) parts.push(`typeof v === 'number' && v ${operator} ${bound}`);
  }
  return `(${parts.join(' && ')})`;
}

/** A plain name is read in place, as hand-written code would. */
function readCode(name: string, constants: Constants): string {
  const isPlain = !(name.includes('.') || identifierNames.has(name) || name in Object.prototype);
  return isPlain
    ? `a[${JSON.stringify(name)}]`
    : `${constant(attributeReader(name), constants)}(s)`;
}

function constant(value: unknown, constants: Constants): string {
  constants.push(value);
  return `c[${constants.length - 1}]`;
}

/** An attribute of a person; the identifiers are attributes too. */
export function attributeReader(name: string): (subject: Subject) => unknown {
  const read = fieldReader(name);
  return identifierNames.has(name)
    ? (subject) => read(subject.attributes) ?? read(subject.identifiers)
    : (subject) => read(subject.attributes);
}
