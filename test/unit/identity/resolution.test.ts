import { describe, expect, it } from 'vitest';
import { identifierKinds } from '../../../shared/domain/identity/identifier.ts';
import {
  type GivenIdentifiers,
  type KnownPerson,
  resolvePerson,
} from '../../../shared/domain/identity/resolution.ts';

type Identifiers = KnownPerson['identifiers'] & { readonly anonymousId?: string };

/** Resolves among people who own what they are known by. */
function resolve(given: GivenIdentifiers, people: Readonly<Record<string, Identifiers>>) {
  const owners = new Map(
    Object.entries(people).flatMap(([id, known]) =>
      identifierKinds.flatMap((kind) =>
        known[kind] === undefined ? [] : [[`${kind}#${known[kind]}`, id] as const],
      ),
    ),
  );
  const known = new Map(
    Object.entries(people).map(([id, identifiers]) => [id, { id, identifiers }]),
  );
  const { person, claims, conflicts } = resolvePerson(given, owners, known);
  return {
    person,
    claims: claims.map(({ kind }) => kind),
    conflicts: conflicts.map((conflict) => `${conflict.kind} of ${conflict.person}`),
  };
}

const anna: Identifiers = { externalId: 'c-1', email: 'anna@example.com', phone: '+37120000001' };
const bert: Identifiers = { email: 'bert@example.com', phone: '+37120000002' };

describe('whose input it is', () => {
  it('is somebody new when nobody has any of the identifiers', () => {
    expect(resolve({ email: 'carl@example.com', anonymousId: 'a-3' }, { anna, bert })).toEqual({
      person: undefined,
      claims: ['email', 'anonymousId'],
      conflicts: [],
    });
  });

  it.each([
    ['the external id', { externalId: 'c-1' }, 'anna'],
    ['the email', { email: 'bert@example.com' }, 'bert'],
    ['the phone', { phone: '+37120000002' }, 'bert'],
    ['the email, though the phone is new', { email: 'bert@example.com', phone: '+3712' }, 'bert'],
    ['the phone, as no email was known', { email: 'dora@example.com', phone: '+3714' }, 'dora'],
  ])('is found by %s', (_, given, person) => {
    const people = { anna, bert, dora: { phone: '+3714' } };
    expect(resolve(given, people).person).toBe(person);
  });

  it('is decided by the strongest identifier; what belongs to others stays theirs', () => {
    expect(
      resolve({ externalId: 'c-1', email: 'bert@example.com', phone: '+3719' }, { anna, bert }),
    ).toEqual({ person: 'anna', claims: ['phone'], conflicts: ['email of bert'] });
  });

  it.each([
    ['a shared phone', { email: 'carl@example.com', phone: '+37120000002' }, ['phone of bert']],
    ['a shared email', { externalId: 'c-9', email: 'anna@example.com' }, ['email of anna']],
  ])('is somebody new when something stronger speaks against %s', (_, given, conflicts) => {
    const found = resolve(given, { anna, bert });
    expect(found).toMatchObject({ person: undefined, conflicts });
    expect(found.claims).toHaveLength(1);
  });

  it('takes an email over into the person known by external id, even when another was known', () => {
    expect(resolve({ externalId: 'c-1', email: 'new@example.com' }, { anna, bert })).toEqual({
      person: 'anna',
      claims: ['email'],
      conflicts: [],
    });
  });

  it('lets a weaker match decide when a stronger one is refused', () => {
    // The phone is Bert's, who has another email; the browser is Dora's, who has neither.
    const people = { bert, dora: { anonymousId: 'a-1' } };
    const given = { email: 'dora@example.com', phone: '+37120000002', anonymousId: 'a-1' };
    expect(resolve(given, people)).toEqual({
      person: 'dora',
      claims: ['email'],
      conflicts: ['phone of bert'],
    });
  });

  it('is two people on one browser with two external ids', () => {
    const people = { anna: { ...anna, anonymousId: 'a-1' } };
    expect(resolve({ externalId: 'c-2', anonymousId: 'a-1' }, people)).toEqual({
      person: undefined,
      claims: ['externalId'],
      conflicts: ['anonymousId of anna'],
    });
  });
});
