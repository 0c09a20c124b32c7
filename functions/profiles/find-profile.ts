import * as z from 'zod';
import {
  type IdentifierKind,
  identifierKinds,
  normaliseEmail,
  normaliseId,
  normalisePhone,
} from '../../shared/domain/identity/identifier.ts';
import { shownProfile } from '../../shared/flows/profiles/shown-profile.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessable, unprocessableField } from '../../shared/runtime/problem.ts';
import { findOwners } from '../../shared/stores/identities.ts';

const lookupSchema = z.strictObject({
  email: z.string().optional(),
  phone: z.string().optional(),
  externalId: z.string().optional(),
  anonymousId: z.string().optional(),
});

/** The one profile an identifier belongs to. */
export const findProfile: Route = route({
  method: 'GET',
  path: '/admin/profiles',
  summary: 'Find a profile by one identifier: email, phone, externalId or anonymousId',
  auth: 'admin',
  query: lookupSchema,
  handle: async ({ query }, ports) => {
    const given = Object.entries(query).filter(
      (entry): entry is [IdentifierKind, string] => entry[1] !== undefined,
    );
    const [identifier, ...others] = given;
    if (identifier === undefined || others.length > 0) throw notExactlyOne(given);
    const [kind, text] = identifier;
    const value = normalise(kind, text, ports.settings.defaultCountry);
    if (value === undefined) throw unprocessableField(kind, 'is not one: check how it is written');
    const owners = await findOwners(ports.table, [{ kind, value }]);
    const [id] = owners.values();
    return ok(await shownProfile(id, ports));
  },
});

/** Names the parameters that are too many, or all of which one is to be given. */
function notExactlyOne(given: readonly [IdentifierKind, string][]): Problem {
  const message = 'name exactly one of email, phone, externalId, anonymousId';
  const kinds = given.length > 0 ? given.map(([kind]) => kind) : identifierKinds;
  return unprocessable([...kinds].map((kind) => ({ path: [kind], message })));
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
