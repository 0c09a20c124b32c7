import * as z from 'zod';
import {
  type IdentifierKind,
  identifierKinds,
  normaliseEmail,
  normaliseId,
  normalisePhone,
} from '../../domain/identity/identifier.ts';
import type { Ports } from '../../ports/ports.ts';
import { type Problem, unprocessable, unprocessableField } from '../../runtime/problem.ts';
import { findOwners } from '../../stores/identities.ts';

/** How a person is named in a query: by one identifier, the strongest first. */
export const identifierQuery = {
  externalId: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  anonymousId: z.string().optional(),
};

type IdentifierQuery = { readonly [Kind in IdentifierKind]?: string | undefined };

/** The profile id that the one identifier belongs to, if any; 422 unless exactly one is given, and is one. */
export async function findByIdentifier(
  query: IdentifierQuery,
  ports: Pick<Ports, 'table' | 'settings'>,
): Promise<string | undefined> {
  const given = identifierKinds.flatMap((kind) => {
    const text = query[kind];
    return text === undefined ? [] : [[kind, text] as const];
  });
  const [identifier, ...others] = given;
  if (identifier === undefined || others.length > 0) {
    throw notExactlyOne(
      given.map(([kind]) => kind),
      Object.keys(identifierQuery),
    );
  }
  const [kind, text] = identifier;
  const value = normalise(kind, text, ports.settings.defaultCountry);
  if (value === undefined) throw unprocessableField(kind, 'is not one: check how it is written');
  const owners = await findOwners(ports.table, [{ kind, value }]);
  const [id] = owners.values();
  return id;
}

/** Names the parameters that are too many, or all of which one is to be given. */
export function notExactlyOne(given: readonly string[], known: readonly string[]): Problem {
  const message = `name exactly one of ${known.join(', ')}`;
  return unprocessable(
    (given.length > 0 ? given : known).map((path) => ({ path: [path], message })),
  );
}

function normalise(
  kind: IdentifierKind,
  text: string,
  defaultCountry: string | undefined,
): string | undefined {
  switch (kind) {
    case 'email':
      return normaliseEmail(text);
    case 'phone':
      // A plus sign in a query is often not escaped and arrives as a space.
      return normalisePhone(text.replace(/^ /, '+'), defaultCountry);
    case 'externalId':
    case 'anonymousId':
      return normaliseId(text);
  }
}
