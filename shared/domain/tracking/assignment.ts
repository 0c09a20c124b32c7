import { type Identifier, identifierKey } from '../identity/identifier.ts';
import {
  givenIdentifiers,
  type KnownPerson,
  type Resolution,
  resolvePerson,
} from '../identity/resolution.ts';
import type { Input } from './input.ts';
import { withoutIdentifiers } from './input-application.ts';

/** One person's inputs of a batch, in order of time. */
export type Assignment = {
  readonly person: string;
  readonly isNew: boolean;
  readonly inputs: readonly AssignedInput[];
};

export type AssignedInput = {
  /** As it came. */
  readonly original: Input;
  /** Without the identifiers of others. */
  readonly input: Input;
  /** Identifiers that become the person's with it. */
  readonly claims: readonly Identifier[];
  readonly conflicts: Resolution['conflicts'];
};

export type Known = {
  /** Who owns an identifier, by its key. */
  readonly owners: ReadonlyMap<string, string>;
  readonly people: ReadonlyMap<string, KnownPerson>;
  readonly newId: () => string;
};

/** Says who is meant by each input; what an earlier input of the batch teaches counts for the later ones. */
export function assignInputs(inputs: readonly Input[], known: Known): readonly Assignment[] {
  const owners = new Map(known.owners);
  const people = new Map(known.people);
  const assignments = new Map<
    string,
    { person: string; isNew: boolean; inputs: AssignedInput[] }
  >();
  const inTime = [...inputs].sort((left, right) => compare(left.occurredAt, right.occurredAt));
  for (const original of inTime) {
    const resolution = resolvePerson(original.identifiers, owners, people);
    const person = resolution.person ?? known.newId();
    const { claims, conflicts } = resolution;
    const input = withoutIdentifiers(
      original,
      conflicts.map(({ kind }) => kind),
    );
    for (const claim of claims) owners.set(identifierKey(claim), person);
    people.set(person, learned(people.get(person) ?? { id: person, identifiers: {} }, input));
    const assignment = assignments.get(person) ?? {
      person,
      isNew: !known.people.has(person),
      inputs: [],
    };
    assignment.inputs.push({ original, input, claims, conflicts });
    assignments.set(person, assignment);
  }
  return [...assignments.values()];
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function learned(person: KnownPerson, input: Input): KnownPerson {
  const given = givenIdentifiers(input.identifiers).filter(({ kind }) => kind !== 'anonymousId');
  const identifiers = Object.fromEntries(given.map(({ kind, value }) => [kind, value]));
  return { id: person.id, identifiers: { ...person.identifiers, ...identifiers } };
}
