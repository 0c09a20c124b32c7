import type { EventPattern } from '../../ports/schedules.ts';
import { compileMatcher, type Leaf, type Matcher, refused } from './event-pattern-matchers.ts';

/** EventBridge's limit for the combinations that `$or` makes. */
const maxAlternatives = 1_000;

/** Elements of the event's arrays that hold a value: array's number -> index. */
type Membership = ReadonlyMap<number, number>;
type Field = { readonly leaf: Leaf; readonly membership: Membership };

/** An event's values by their dotted path, in the form in which patterns are matched. */
export type FlatEvent = ReadonlyMap<string, readonly Field[]>;

/** Conditions that must all hold, ordered by path. */
type Alternative = readonly (readonly [path: string, matchers: readonly Matcher[]])[];

/** A pattern without `$or`: one alternative must hold. */
export type CompiledPattern = readonly Alternative[];

/** Compiles EventBridge's pattern language; throws a `TypeError` that says what is wrong and where. */
export const compilePattern = (pattern: EventPattern): CompiledPattern =>
  alternativesOf(pattern, '').map((conditions) =>
    [...conditions].sort(([one], [other]) => (one < other ? -1 : 1)),
  );

/** Refuses, by throwing a `TypeError`, what EventBridge would not accept as a pattern. */
export const validatePattern = (pattern: EventPattern): void => {
  compilePattern(pattern);
};

export const matchesPattern = (pattern: EventPattern, event: object): boolean =>
  matchesFlat(compilePattern(pattern), flattenEvent(event));

/**
 * Conditions on fields of objects in an array must hold for the same object of that array, as in
 * EventBridge's own matcher (github.com/aws/event-ruler).
 */
export const matchesFlat = (pattern: CompiledPattern, event: FlatEvent): boolean =>
  pattern.some((conditions) => holds(conditions, 0, event, new Map()));

/** Flattens once what many patterns are matched against. */
export const flattenEvent = (event: object): FlatEvent => {
  const fields = new Map<string, Field[]>();
  let arrays = 0;
  const visit = (value: unknown, path: string, membership: Membership): void => {
    if (Array.isArray(value)) {
      arrays += 1;
      const array = arrays;
      for (const [index, element] of value.entries()) {
        const nested = typeof element === 'object' && element !== null;
        visit(element, path, nested ? new Map([...membership, [array, index]]) : membership);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        visit(inner, joined(path, name), membership);
      }
    } else if (value !== undefined) {
      // JSON has no other values than these, and the event is JSON.
      const field = { leaf: value as Leaf, membership };
      const known = fields.get(path);
      if (known === undefined) fields.set(path, [field]);
      else known.push(field);
    }
  };
  visit(event, '', new Map());
  return fields;
};

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** The pattern's conditions, with `$or` multiplied out. */
const alternativesOf = (pattern: unknown, path: string): Map<string, readonly Matcher[]>[] => {
  if (typeof pattern !== 'object' || pattern === null) {
    throw refused(path, 'it must be an object or an array');
  }
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw refused(path, 'an empty object matches nothing');
  let alternatives: Map<string, readonly Matcher[]>[] = [new Map()];
  for (const [name, inner] of entries) {
    const choices = choicesOf(name, inner, path);
    alternatives = alternatives.flatMap((conditions) =>
      choices.map((choice) => new Map([...conditions, ...choice])),
    );
    if (alternatives.length > maxAlternatives) {
      throw refused(path, `"$or" makes more than ${maxAlternatives} combinations`);
    }
  }
  return alternatives;
};

const choicesOf = (
  name: string,
  inner: unknown,
  path: string,
): readonly Map<string, readonly Matcher[]>[] => {
  if (name === '$or') {
    if (!Array.isArray(inner) || inner.length < 2 || inner.some(Array.isArray)) {
      throw refused(joined(path, name), '"$or" takes an array of at least two objects');
    }
    return inner.flatMap((choice) => alternativesOf(choice, path));
  }
  const field = joined(path, name);
  if (!Array.isArray(inner)) return alternativesOf(inner, field);
  if (inner.length === 0) throw refused(field, 'an empty array matches nothing');
  return [new Map([[field, inner.map((element) => compileMatcher(element, field))]])];
};

const holds = (
  conditions: Alternative,
  position: number,
  event: FlatEvent,
  membership: Membership,
): boolean => {
  const condition = conditions[position];
  if (condition === undefined) return true;
  const [path, matchers] = condition;
  const fields = (event.get(path) ?? []).flatMap((field) => {
    const both = agreed(membership, field.membership);
    return both === undefined ? [] : [{ leaf: field.leaf, membership: both }];
  });
  return matchers.some((matcher) => {
    if ('absent' in matcher) {
      return fields.length === 0 && holds(conditions, position + 1, event, membership);
    }
    return fields.some(
      (field) =>
        matcher.test(field.leaf) && holds(conditions, position + 1, event, field.membership),
    );
  });
};

/** Both memberships together, unless they name different elements of one array. */
const agreed = (one: Membership, other: Membership): Membership | undefined => {
  if (other.size === 0) return one;
  for (const [array, index] of other) {
    const known = one.get(array);
    if (known !== undefined && known !== index) return undefined;
  }
  return new Map([...one, ...other]);
};
