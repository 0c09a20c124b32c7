import { shownProfile } from '../../shared/flows/profiles/shown-profile.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { type Route, route } from '../../shared/runtime/http/route.ts';

/** One profile by its id. */
export const readProfile: Route = route({
  method: 'GET',
  path: '/admin/profiles/{id}',
  summary: 'Read a profile',
  auth: 'see-people',
  handle: async ({ params }, ports) => ok(await shownProfile(params['id'], ports)),
});
