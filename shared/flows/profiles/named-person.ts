import * as z from 'zod';
import type { Profile } from '../../domain/profiles/profile.ts';
import type { Ports } from '../../ports/ports.ts';
import { Problem } from '../../runtime/problem.ts';
import { getProfile } from '../../stores/profiles.ts';
import { findByIdentifier, identifierQuery, notExactlyOne } from './identifier-query.ts';

/** How a person is named in a query: by their id, or by one identifier. */
export const personQuery = {
  profile: z.string().min(1, 'must be the id of a profile').optional(),
  ...identifierQuery,
};

type PersonQuery = { readonly [Name in keyof typeof personQuery]?: string | undefined };

/** The person a query names; 422 unless it names them in exactly one way, 404 when there is no such. */
export async function requirePerson(
  query: PersonQuery,
  ports: Pick<Ports, 'table' | 'settings'>,
): Promise<Profile> {
  const { profile: given, ...identifiers } = query;
  const named = Object.entries(query).flatMap(([kind, text]) => (text === undefined ? [] : [kind]));
  if (named.length !== 1) throw notExactlyOne(named, Object.keys(personQuery));
  const profileId = given ?? (await findByIdentifier(identifiers, ports));
  const profile = profileId === undefined ? undefined : await getProfile(ports.table, profileId);
  if (profile === undefined) throw new Problem(404, 'There is no such profile.');
  return profile;
}
