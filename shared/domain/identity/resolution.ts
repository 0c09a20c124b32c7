import {
  type Identifier,
  type IdentifierKind,
  identifierKey,
  identifierKinds,
} from './identifier.ts';

/** Identifiers as an input gives them. */
export type GivenIdentifiers = { readonly [Kind in IdentifierKind]?: string | undefined };

/** A person as resolution sees one: an id and the current identifiers. */
export type KnownPerson = {
  readonly id: string;
  readonly identifiers: {
    readonly externalId?: string;
    readonly email?: string;
    readonly phone?: string;
  };
};

/** Whose input it is. `person` undefined: somebody new. */
export type Resolution = {
  readonly person: string | undefined;
  /** Identifiers nobody owns yet: the person's from now on. */
  readonly claims: readonly Identifier[];
  /** Identifiers that belong to others: possible duplicates. */
  readonly conflicts: readonly { readonly kind: IdentifierKind; readonly person: string }[];
};

export const givenIdentifiers = (given: GivenIdentifiers): Identifier[] =>
  identifierKinds.flatMap((kind) => {
    const value = given[kind];
    return value === undefined ? [] : [{ kind, value }];
  });

/**
 * The strongest identifier that somebody owns decides. A person found by a weaker one is taken only
 * if nothing stronger speaks against it: a known other email, say, for the same phone or browser. So
 * two people are never made one by what they share; an email changes through the external id.
 */
export function resolvePerson(
  given: GivenIdentifiers,
  owners: ReadonlyMap<string, string>,
  people: ReadonlyMap<string, KnownPerson>,
): Resolution {
  const identifiers = givenIdentifiers(given);
  const owned = identifiers.flatMap((identifier) => {
    const person = owners.get(identifierKey(identifier));
    return person === undefined ? [] : [{ identifier, person }];
  });
  const match = owned.find(({ identifier, person }) =>
    identifiers
      .slice(0, identifiers.indexOf(identifier))
      .every((stronger) => mayBelongTo(stronger, people.get(person))),
  );
  return {
    person: match?.person,
    claims: identifiers.filter((identifier) => !owners.has(identifierKey(identifier))),
    conflicts: owned
      .filter(({ person }) => person !== match?.person)
      .map(({ identifier, person }) => ({ kind: identifier.kind, person })),
  };
}

function mayBelongTo(identifier: Identifier, person: KnownPerson | undefined): boolean {
  if (person === undefined || identifier.kind === 'anonymousId') return true;
  const known = person.identifiers[identifier.kind];
  return known === undefined || known === identifier.value;
}
