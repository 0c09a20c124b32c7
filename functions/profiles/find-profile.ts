import * as z from 'zod';
import { findByIdentifier, identifierQuery } from '../../shared/flows/profiles/identifier-query.ts';
import { shownProfile } from '../../shared/flows/profiles/shown-profile.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** The one profile an identifier belongs to. */
export const findProfile: Route = route({
  method: 'GET',
  path: '/admin/profiles',
  summary: 'Find a profile by one identifier: email, phone, externalId or anonymousId',
  auth: 'see-people',
  query: z.strictObject(identifierQuery),
  handle: async ({ query }, ports) =>
    ok(await shownProfile(await findByIdentifier(query, ports), ports)),
});
