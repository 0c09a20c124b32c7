import * as z from 'zod';
import {
  type IdentifierKind,
  identifierKinds,
  normaliseEmail,
  normaliseId,
  normalisePhone,
} from '../../shared/domain/identity/identifier.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import { segmentsOf } from '../../shared/domain/segments/membership.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { ok, page } from '../../shared/runtime/http/answer.ts';
import { cursorOf, listQuerySchema } from '../../shared/runtime/http/list-query.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';
import { Problem, unprocessable, unprocessableField } from '../../shared/runtime/problem.ts';
import { findOwners } from '../../shared/stores/identities.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';
import { queryTimeline } from '../../shared/stores/timeline.ts';

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

/** One profile by its id. */
export const readProfile: Route = route({
  method: 'GET',
  path: '/admin/profiles/{id}',
  summary: 'Read a profile',
  auth: 'admin',
  handle: async ({ params }, ports) => ok(await shownProfile(params['id'], ports)),
});

async function shownProfile(id: string | undefined, { table, settings }: Ports): Promise<unknown> {
  const profile = id === undefined ? undefined : await getProfile(table, id);
  if (profile === undefined) throw new Problem(404, 'There is no such profile.');
  const { serving } = await currentRuleset(table, settings.timeZone);
  return {
    id: profile.id,
    identifiers: profile.identifiers,
    attributes: profile.attributes,
    consents: shownConsents(profile),
    segments: segmentsOf(profile.segments, serving),
    createdAt: profile.createdAt,
    updatedAt: profile.updatedAt,
  };
}

const shownConsents = ({ consents }: Profile): unknown[] =>
  Object.entries(consents).map(([key, consent]) => {
    const slash = key.lastIndexOf('/');
    return { topic: key.slice(0, slash), channel: key.slice(slash + 1), ...consent };
  });

/** What happened to a person, newest first. */
export const readTimeline: Route = route({
  method: 'GET',
  path: '/admin/profiles/{id}/timeline',
  summary: 'Read the timeline of a profile, newest first',
  auth: 'admin',
  query: listQuerySchema,
  handle: async ({ params, query }, { table }) => {
    const id = params['id'] ?? '';
    const after = cursorOf(query);
    const read = await queryTimeline(table, id, { after, limit: 100, descending: true });
    if (
      read.entries.length === 0 &&
      after === null &&
      (await getProfile(table, id)) === undefined
    ) {
      throw new Problem(404, 'There is no such profile.');
    }
    const items = read.entries.map(({ id: entry, type, occurredAt, data }) => ({
      id: entry,
      type,
      occurredAt,
      data,
    }));
    return page(items, read.after);
  },
});
