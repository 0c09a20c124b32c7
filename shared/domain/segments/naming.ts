import type { Rule } from '../rules/rule.ts';
import type { RulesetSource } from './ruleset.ts';
import type { Segment } from './segment.ts';

type Path = readonly (string | number)[];

/** Something a rule names, and where. */
export type Naming = {
  readonly kind: 'segment' | 'list' | 'computed' | 'rfm';
  /** Empty for `rfm`, of which there is one. */
  readonly id: string;
  readonly path: Path;
};

/** All that a rule names, each with its path. */
export function namesIn(rule: Rule, path: Path = []): readonly Naming[] {
  if ('all' in rule)
    return rule.all.flatMap((inner, index) => namesIn(inner, [...path, 'all', index]));
  if ('any' in rule)
    return rule.any.flatMap((inner, index) => namesIn(inner, [...path, 'any', index]));
  if ('not' in rule) return namesIn(rule.not, [...path, 'not']);
  if ('in' in rule) return [{ kind: 'segment', id: rule.in, path: [...path, 'in'] }];
  if ('list' in rule) return [{ kind: 'list', id: rule.list, path: [...path, 'list'] }];
  if ('computed' in rule) {
    return [{ kind: 'computed', id: rule.computed, path: [...path, 'computed'] }];
  }
  return 'rfm' in rule ? [{ kind: 'rfm', id: '', path: [...path, 'rfm'] }] : [];
}

export type NamingIssue = { readonly path: Path; readonly message: string };

/** What a rule names that is not there. Cycles are another matter. */
export function unknownNames(rule: Rule, source: RulesetSource, path: Path): NamingIssue[] {
  return unknownAmong(namesIn(rule, path), source);
}

/** What of these is not there. */
export const unknownAmong = (names: readonly Naming[], source: RulesetSource): NamingIssue[] =>
  names.flatMap((naming) => {
    const what = missing(naming, source);
    return what === undefined ? [] : [{ path: naming.path, message: what }];
  });

function missing({ kind, id }: Naming, source: RulesetSource): string | undefined {
  switch (kind) {
    case 'segment': {
      const isThere = source.segments.some((one) => one.id === id && one.rule !== undefined);
      return isThere ? undefined : `there is no segment "${id}"`;
    }
    case 'list':
      return source.lists.some((one) => one.id === id) ? undefined : `there is no list "${id}"`;
    case 'computed': {
      const found = source.computed.some((one) => one.id === id && one.definition !== undefined);
      return found ? undefined : `there is no computed value "${id}"`;
    }
    case 'rfm':
      return undefined;
  }
}

/** The segments whose rules name something, themselves or through other segments; by what serves or what comes. */
export function usersOf(
  { kind, id }: Pick<Naming, 'kind' | 'id'>,
  segments: readonly Segment[],
): readonly Segment[] {
  const users = new Set<string>();
  const uses = (segment: Segment): boolean =>
    rulesOf(segment)
      .flatMap((rule) => namesIn(rule))
      .some(
        (naming) =>
          (naming.kind === kind && naming.id === id) ||
          (naming.kind === 'segment' && users.has(naming.id)),
      );
  for (;;) {
    const more = segments.filter((segment) => !users.has(segment.id) && uses(segment));
    if (more.length === 0) break;
    for (const segment of more) users.add(segment.id);
  }
  return segments.filter((segment) => users.has(segment.id));
}

const rulesOf = ({ rule, serving }: Segment): Rule[] =>
  [rule, serving?.rule].filter((one) => one !== undefined);
