import type { RenderingData } from './rendering-data.ts';
import type { ValuePath } from './variables.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a template names of a person, and nothing else: the same template renders the same from it. */
export function keptValues(
  paths: readonly ValuePath[],
  { identifiers, attributes, computed }: RenderingData['profile'],
): Fields {
  const ofProfile = paths.filter(([root]) => root === 'profile').map(([, ...steps]) => steps);
  const { id: _, ...named } = prune({ id: '', identifiers, attributes, computed }, ofProfile);
  return named;
}

/** The person whom a template is rendered from again. */
export function keptProfile(id: string, kept: Fields): RenderingData['profile'] {
  const { identifiers = {}, attributes = {}, computed } = kept;
  // Just as `keptValues` took them from a person.
  return {
    id,
    identifiers,
    attributes,
    ...(computed !== undefined && { computed }),
  } as RenderingData['profile'];
}

/** Steps that a library answers without a field of the name. */
const virtual = ['size', 'first', 'last'];

function prune(fields: Fields, paths: readonly ValuePath[]): Fields {
  const isWhole = paths.some(
    ([step]) =>
      typeof step !== 'string' || (!Object.hasOwn(fields, step) && virtual.includes(step)),
  );
  const names = Object.keys(fields).filter(
    (name) => fields[name] !== undefined && (isWhole || paths.some(([step]) => step === name)),
  );
  return Object.fromEntries(
    names.map((name) => {
      const value = fields[name];
      const within = isWhole
        ? []
        : paths.flatMap(([step, ...rest]) => (step === name ? [rest] : []));
      const isPart = isFields(value) && within.every((rest) => rest.length > 0);
      return [name, isPart && within.length > 0 ? prune(value, within) : value];
    }),
  );
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
