import { BlockList, isIP } from 'node:net';

/** A field's value in an event: what is neither object nor array. */
export type Leaf = string | number | boolean | null;

/** One element of a pattern's array: wants a value, or wants the field to be absent. */
export type Matcher = { readonly absent: true } | { readonly test: (leaf: Leaf) => boolean };

type Test = (leaf: Leaf) => boolean;

/** Outside of this range EventBridge compares no numbers. */
const numericLimit = 5e9;

/** Compiles one element of a pattern's array; throws on what EventBridge would refuse. */
export const compileMatcher = (element: unknown, path: string): Matcher => {
  if (isLeaf(element)) return { test: equals(element) };
  const [operator, operand] = onlyEntry(element, path);
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw refused(path, '"exists" takes true or false');
      return operand ? { test: () => true } : { absent: true };
    case 'anything-but':
      return { test: anythingBut(operand, path) };
    case 'numeric':
      return { test: numeric(operand, path) };
    default:
      return { test: textTest(operator, operand, path) };
  }
};

export const refused = (path: string, reason: string): Error =>
  new TypeError(`Event pattern refused${path === '' ? '' : ` at "${path}"`}: ${reason}.`);

const isLeaf = (value: unknown): value is Leaf =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const onlyEntry = (value: unknown, path: string): readonly [string, unknown] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(path, 'a match value is a string, a number, true, false, null or an operator');
  }
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) {
    throw refused(path, 'a match expression has exactly one operator');
  }
  return entry;
};

const equals =
  (wanted: Leaf): Test =>
  (leaf) =>
    leaf === wanted;

const onText =
  (test: (text: string) => boolean): Test =>
  (leaf) =>
    typeof leaf === 'string' && test(leaf);

/** Operators on strings, which also stand inside `anything-but` (except `cidr`). */
const textTest = (operator: string, operand: unknown, path: string): Test => {
  switch (operator) {
    case 'prefix':
      return onText(affixTest(operator, operand, path, (text, affix) => text.startsWith(affix)));
    case 'suffix':
      return onText(affixTest(operator, operand, path, (text, affix) => text.endsWith(affix)));
    case 'equals-ignore-case': {
      const wanted = folded(text(operator, operand, path));
      return onText((value) => folded(value) === wanted);
    }
    case 'wildcard': {
      const expression = wildcard(text(operator, operand, path), path);
      return onText((value) => expression.test(value));
    }
    case 'cidr':
      return onText(cidr(text(operator, operand, path), path));
    default:
      throw refused(path, `"${operator}" is not an operator`);
  }
};

/** A prefix or suffix: a string, or `{ "equals-ignore-case": string }`. */
const affixTest = (
  operator: string,
  operand: unknown,
  path: string,
  test: (text: string, affix: string) => boolean,
): ((text: string) => boolean) => {
  if (typeof operand === 'string') return (value) => test(value, operand);
  const [inner, affix] = onlyEntry(operand, path);
  if (inner !== 'equals-ignore-case') throw refused(path, `"${operator}" cannot hold "${inner}"`);
  const wanted = folded(text(inner, affix, path));
  return (value) => test(folded(value), wanted);
};

const text = (operator: string, operand: unknown, path: string): string => {
  if (typeof operand !== 'string') throw refused(path, `"${operator}" takes a string`);
  return operand;
};

const folded = (value: string): string => value.toUpperCase().toLowerCase();

/** True for every value that is none of those listed; an absent field is no value. */
const anythingBut = (operand: unknown, path: string): Test => {
  if (typeof operand === 'string' || typeof operand === 'number') {
    return (leaf) => leaf !== operand;
  }
  if (Array.isArray(operand)) {
    const allText = operand.every((value) => typeof value === 'string');
    const allNumbers = operand.every((value) => typeof value === 'number');
    if (operand.length === 0 || !(allText || allNumbers)) {
      throw refused(path, '"anything-but" takes a list of strings or a list of numbers');
    }
    const unwanted = new Set<unknown>(operand);
    return (leaf) => !unwanted.has(leaf);
  }
  const [operator, values] = onlyEntry(operand, path);
  if (!['prefix', 'suffix', 'wildcard', 'equals-ignore-case'].includes(operator)) {
    throw refused(path, `"anything-but" cannot hold "${operator}"`);
  }
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0 || list.some((value) => typeof value !== 'string' || value === '')) {
    throw refused(path, `"anything-but" "${operator}" takes a string or a list of strings`);
  }
  const tests = list.map((value) => textTest(operator, value, path));
  return (leaf) => !tests.some((test) => test(leaf));
};

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** `[operator, number]`, or a range: a lower bound first, then a higher upper one. */
const numeric = (operand: unknown, path: string): Test => {
  const terms: readonly unknown[] = Array.isArray(operand) ? operand : [];
  if (terms.length !== 2 && terms.length !== 4) {
    throw refused(path, '"numeric" takes one comparison, or a lower and an upper bound');
  }
  const pairs = terms.length === 2 ? [terms] : [terms.slice(0, 2), terms.slice(2)];
  const tests = pairs.map(([operator, bound]) => {
    const compare = typeof operator === 'string' ? comparisons[operator] : undefined;
    if (compare === undefined) throw refused(path, `"${String(operator)}" compares no numbers`);
    if (typeof bound !== 'number' || Math.abs(bound) > numericLimit) {
      throw refused(path, `"numeric" bounds are numbers from -${numericLimit} to ${numericLimit}`);
    }
    return (value: number) => compare(value, bound);
  });
  if (terms.length === 4) {
    const [lower, bottom, upper, top] = terms;
    const isRange = (lower === '>' || lower === '>=') && (upper === '<' || upper === '<=');
    if (!isRange || Number(bottom) >= Number(top)) {
      throw refused(path, 'a "numeric" range is a lower bound, then a higher upper bound');
    }
  }
  return (leaf) =>
    typeof leaf === 'number' && Math.abs(leaf) <= numericLimit && tests.every((test) => test(leaf));
};

/** `*` stands for any characters; a backslash makes `*` or a backslash literal. */
const wildcard = (pattern: string, path: string): RegExp => {
  if (!/^(?:\\[\\*]|[^\\])*$/s.test(pattern)) {
    throw refused(path, 'a backslash in "wildcard" stands before * or another backslash');
  }
  const tokens = pattern.match(/\\[\\*]|[^\\]/gsu) ?? [];
  if (tokens.some((token, index) => token === '*' && tokens[index + 1] === '*')) {
    throw refused(path, '"wildcard" has no two * in a row');
  }
  const source = tokens.map((token) => {
    if (token === '*') return '.*';
    return escaped(token.startsWith('\\') ? token.slice(1) : token);
  });
  return new RegExp(`^${source.join('')}$`, 'su');
};

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');

/** A block of IPv4 or IPv6 addresses: `10.0.0.0/24`. */
const cidr = (block: string, path: string): ((address: string) => boolean) => {
  const [network = '', prefix = '', ...others] = block.split('/');
  const version = isIP(network);
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (version === 0 || others.length > 0 || !(bits <= (version === 4 ? 32 : 128))) {
    throw refused(path, `"${block}" is no CIDR block`);
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const blocks = new BlockList();
  blocks.addSubnet(network, bits, family);
  return (address) => isIP(address) === version && blocks.check(address, family);
};
