import { canaryId, canarySource } from '../canary/canary.ts';
import { type Identifier, identifierKey } from '../identity/identifier.ts';
import {
  givenIdentifiers,
  type KnownPerson,
  type Resolution,
  resolvePerson,
} from '../identity/resolution.ts';
import { ownConsents, withdrawalsOf } from './address-consents.ts';
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
  /** Without the identifiers of others and the consents to them; for an owner of one of them: the withdrawals alone. */
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

/**
 * Says who is meant by each input; what an earlier input of the batch teaches counts for the later
 * ones. An input with a withdrawal for an address of somebody else is put to both.
 */
export function assignInputs(inputs: readonly Input[], known: Known): readonly Assignment[] {
  const owners = new Map(known.owners);
  const people = new Map(known.people);
  const assignments = new Map<string, AssignedInput[]>();
  const assign = (person: string, assigned: AssignedInput): void => {
    const before = assignments.get(person);
    if (before === undefined) assignments.set(person, [assigned]);
    else before.push(assigned);
  };
  const inTime = [...inputs].sort((left, right) => compare(left.occurredAt, right.occurredAt));
  for (const original of inTime) {
    if (original.source === canarySource) {
      // Whatever it names: it belongs to nobody.
      assign(canaryId, { original, input: original, claims: [], conflicts: [] });
      continue;
    }
    const resolution = resolvePerson(original.identifiers, owners, people);
    const person = resolution.person ?? known.newId();
    const { claims, conflicts } = resolution;
    const input = withoutOthers(original, conflicts);
    for (const claim of claims) owners.set(identifierKey(claim), person);
    people.set(person, learned(people.get(person) ?? { id: person, identifiers: {} }, input));
    assign(person, { original, input, claims, conflicts });
    for (const { kind, person: owner } of conflicts) {
      const withdrawals = withdrawalsOf(original, kind);
      if (withdrawals !== undefined)
        assign(owner, { original, input: withdrawals, claims: [], conflicts: [] });
    }
  }
  return [...assignments].map(([person, assigned]) => ({
    person,
    isNew: !known.people.has(person),
    inputs: assigned,
  }));
}

function withoutOthers(original: Input, conflicts: Resolution['conflicts']): Input {
  if (conflicts.length === 0) return original;
  const others = conflicts.map(({ kind }) => kind);
  const consents = ownConsents(original.consents, others);
  return { ...withoutIdentifiers(original, others), consents };
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function learned(person: KnownPerson, input: Input): KnownPerson {
  const given = givenIdentifiers(input.identifiers).filter(({ kind }) => kind !== 'anonymousId');
  const identifiers = Object.fromEntries(given.map(({ kind, value }) => [kind, value]));
  return { id: person.id, identifiers: { ...person.identifiers, ...identifiers } };
}
