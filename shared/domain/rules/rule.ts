import * as z from 'zod';
import {
  type AgeLeaf,
  type AttributeLeaf,
  ageLeafSchema,
  attributeLeafSchema,
  type BucketLeaf,
  bucketLeafSchema,
  type ComputedLeaf,
  comparisonWords,
  computedLeafSchema,
  type DidLeaf,
  type DidNotLeaf,
  dateWords,
  didLeafSchema,
  didNotLeafSchema,
  type FirstLeaf,
  firstLeafSchema,
  type HasLeaf,
  hasLeafSchema,
  type InLeaf,
  inLeafSchema,
  type LastLeaf,
  type ListLeaf,
  lastLeafSchema,
  listLeafSchema,
  propertyConditionSchema,
  type RfmLeaf,
  rfmLeafSchema,
  valueWords,
} from './leaf.ts';

/** A condition on a person, as `/admin/segments` and campaigns take it. */
export type Rule =
  | { readonly all: readonly Rule[] }
  | { readonly any: readonly Rule[] }
  | { readonly not: Rule }
  | AttributeLeaf
  | AgeLeaf
  | HasLeaf
  | DidLeaf
  | DidNotLeaf
  | LastLeaf
  | FirstLeaf
  | InLeaf
  | ListLeaf
  | ComputedLeaf
  | RfmLeaf
  | BucketLeaf;

export type RuleIssue = {
  readonly path: readonly (string | number)[];
  readonly message: string;
};

export type RuleOptions = {
  /** Whether `"since": "trigger"` has a meaning: only in an event campaign's `unless`. */
  readonly trigger?: boolean;
};

const maxNodes = 500;
const maxDepth = 20;

const leafSchemas = {
  attribute: attributeLeafSchema,
  age: ageLeafSchema,
  has: hasLeafSchema,
  did: didLeafSchema,
  didNot: didNotLeafSchema,
  last: lastLeafSchema,
  first: firstLeafSchema,
  in: inLeafSchema,
  list: listLeafSchema,
  computed: computedLeafSchema,
  rfm: rfmLeafSchema,
  bucket: bucketLeafSchema,
} as const;

const kinds = ['all', 'any', 'not', ...Object.keys(leafSchemas)];
const windowWords = ['within', 'olderThan', 'between', 'since'];
const edgeWords = [...windowWords, 'before', 'after'];
const attributeWords = [...valueWords, ...dateWords, 'anniversary'];

type Fields = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];
type Parse = {
  readonly issues: RuleIssue[];
  readonly trigger: boolean;
  nodes: number;
};

/** A rule, or every reason why it is none, each with the path of the word to mend. */
export function parseRule(
  input: unknown,
  options: RuleOptions = {},
): { ok: true; rule: Rule } | { ok: false; issues: readonly RuleIssue[] } {
  const parse: Parse = { issues: [], trigger: options.trigger === true, nodes: 0 };
  checkRule(input, [], parse);
  if (parse.issues.length > 0) return { ok: false, issues: parse.issues };
  // Every node has just been held against the schema of its kind.
  return { ok: true, rule: input as Rule };
}

/** A rule inside another schema; its issues keep their paths. */
export const ruleSchema = schemaOf({ trigger: false });

/** A rule that may say `"since": "trigger"`: the `unless` of an event campaign. */
export const triggerRuleSchema = schemaOf({ trigger: true });

function schemaOf(options: RuleOptions): z.ZodType<Rule, Rule> {
  const checked = z
    .unknown()
    .superRefine((input, context) => {
      const parsed = parseRule(input, options);
      if (parsed.ok) return;
      for (const { path, message } of parsed.issues) {
        context.addIssue({ code: 'custom', path: [...path], message });
      }
    })
    .meta({
      type: 'object',
      description: `A rule: an object with one of ${kinds.join(', ')}.`,
    });
  // The refinement proves the type, which zod cannot see.
  return checked as unknown as z.ZodType<Rule, Rule>;
}

function checkRule(input: unknown, path: Path, parse: Parse): void {
  if (++parse.nodes > maxNodes) {
    if (parse.nodes === maxNodes + 1) report(parse, path, `a rule has at most ${maxNodes} parts`);
    return;
  }
  if (!isFields(input)) return report(parse, path, 'must be an object, such as { "all": [...] }');
  const kind = kinds.find((word) => Object.hasOwn(input, word));
  if (kind === undefined) return reportKind(input, path, parse);
  switch (kind) {
    case 'all':
    case 'any':
      return checkGroup(kind, input, path, parse);
    case 'not':
      refuseOthers(kind, input, path, parse);
      return checkNested(input['not'], [...path, 'not'], parse);
    default:
      // `kinds` has no other words than these.
      return checkLeaf(kind as keyof typeof leafSchemas, input, path, parse);
  }
}

function checkNested(input: unknown, path: Path, parse: Parse): void {
  const depth = path.filter((step) => step === 'all' || step === 'any' || step === 'not').length;
  if (depth >= maxDepth) return report(parse, path, `a rule is at most ${maxDepth} levels deep`);
  checkRule(input, path, parse);
}

function checkGroup(kind: 'all' | 'any', input: Fields, path: Path, parse: Parse): void {
  refuseOthers(kind, input, path, parse);
  const children = input[kind];
  if (!Array.isArray(children) || children.length === 0) {
    return report(parse, [...path, kind], 'must be a list of at least one rule');
  }
  children.forEach((child, index) => {
    checkNested(child, [...path, kind, index], parse);
  });
}

function refuseOthers(kind: string, input: Fields, path: Path, parse: Parse): void {
  for (const word of Object.keys(input)) {
    if (word !== kind) report(parse, [...path, word], `unknown word "${word}" beside "${kind}"`);
  }
}

function reportKind(input: Fields, path: Path, parse: Parse): void {
  const words = Object.keys(input);
  const known = `a rule has one of ${kinds.join(', ')}`;
  if (words.length === 0) return report(parse, path, `must not be empty: ${known}`);
  report(parse, [...path, words[0] ?? ''], `unknown word "${words[0]}": ${known}`);
}

function checkLeaf(kind: keyof typeof leafSchemas, input: Fields, path: Path, parse: Parse): void {
  if (!checkShape(leafSchemas[kind], input, path, parse)) return;
  switch (kind) {
    case 'attribute':
      return checkAttribute(input, path, parse);
    case 'age':
      return requireWord('age', comparisonWords, { input, path, parse });
    case 'has':
      return checkWhere(input, path, parse, (condition, at) => {
        if (checkShape(attributeLeafSchema, condition, at, parse)) {
          checkAttribute(condition, at, parse);
        }
      });
    case 'did':
    case 'didNot':
    case 'last':
    case 'first':
      return checkBehaviour(kind, input, path, parse);
    case 'computed':
      return requireWord('computed', valueWords, { input, path, parse });
    case 'in':
    case 'list':
    case 'rfm':
    case 'bucket':
      return;
  }
}

function checkAttribute(input: Fields, path: Path, parse: Parse): void {
  requireWord('attribute', attributeWords, { input, path, parse });
  const isDated = [...dateWords, 'anniversary'].some((word) => input[word] !== undefined);
  if (input['timeZone'] !== undefined && !isDated) {
    report(parse, [...path, 'timeZone'], 'needs a condition on a date beside it');
  }
}

function checkBehaviour(kind: string, input: Fields, path: Path, parse: Parse): void {
  const windows = windowWords.filter((word) => input[word] !== undefined);
  const isEdge = kind === 'last' || kind === 'first';
  if (isEdge) requireWord(kind, edgeWords, { input, path, parse });
  else if (windows.length > 1) {
    report(parse, [...path, windows[1] ?? ''], `stands instead of "${windows[0]}", not beside it`);
  }
  if (input['since'] !== undefined && !parse.trigger) {
    report(parse, [...path, 'since'], 'only the "unless" of an event campaign has a trigger');
  }
  if (input['sum'] !== undefined) requireWord('sum', comparisonWords, { input, path, parse });
  let isDated = windows.some((word) => word !== 'since');
  isDated ||= input['before'] !== undefined || input['after'] !== undefined;
  checkWhere(input, path, parse, (condition, at) => {
    isDated ||= dateWords.some((word) => condition[word] !== undefined);
    checkProperty(condition, at, parse);
  });
  if (input['timeZone'] !== undefined && !isDated) {
    report(parse, [...path, 'timeZone'], 'needs a window or a condition on a date beside it');
  }
}

function checkProperty(condition: Fields, path: Path, parse: Parse): void {
  if (condition['anniversary'] !== undefined) {
    const message = 'an anniversary is asked of attributes, not of the properties of events';
    return report(parse, [...path, 'anniversary'], message);
  }
  if (!checkShape(propertyConditionSchema, condition, path, parse)) return;
  requireWord('property', [...valueWords, ...dateWords], { input: condition, path, parse });
}

function checkWhere(
  input: Fields,
  path: Path,
  parse: Parse,
  check: (condition: Fields, path: Path) => void,
): void {
  const conditions = Array.isArray(input['where']) ? input['where'] : [];
  conditions.forEach((condition: unknown, index) => {
    const at = [...path, 'where', index];
    if (++parse.nodes > maxNodes) {
      if (parse.nodes === maxNodes + 1) report(parse, at, `a rule has at most ${maxNodes} parts`);
    } else if (isFields(condition)) check(condition, at);
    else report(parse, at, 'must be an object');
  });
}

function requireWord(
  word: string,
  operators: readonly string[],
  { input, path, parse }: { input: Fields; path: Path; parse: Parse },
): void {
  if (operators.some((operator) => input[operator] !== undefined)) return;
  report(parse, [...path, word], `needs one of ${operators.join(', ')} beside it`);
}

function checkShape(schema: z.ZodObject, input: Fields, path: Path, parse: Parse): boolean {
  const result = schema.safeParse(input);
  if (result.success) return true;
  for (const issue of result.error.issues) {
    // A rule is JSON: no symbols among its keys.
    const at = [...path, ...(issue.path as (string | number)[])];
    if (issue.code !== 'unrecognized_keys') report(parse, at, issue.message);
    else for (const key of issue.keys) reportWord(key, at, issue.path.length, { schema, parse });
  }
  return false;
}

/** A word that its condition does not know, with those it knows; deeper down the issues name their own. */
function reportWord(
  word: string,
  at: Path,
  depth: number,
  { schema, parse }: { schema: z.ZodObject; parse: Parse },
): void {
  const known = Object.keys(schema.shape).filter((one) => one !== 'since' || parse.trigger);
  const fix = depth > 0 ? '' : `: here stand ${known.join(', ')}`;
  report(parse, [...at, word], `unknown word "${word}"${fix}`);
}

function report(parse: Parse, path: Path, message: string): void {
  parse.issues.push({ path, message });
}

const isFields = (input: unknown): input is Fields =>
  typeof input === 'object' && input !== null && !Array.isArray(input);
