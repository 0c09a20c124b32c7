import * as z from 'zod';
import { personQuery, requirePerson } from '../../shared/flows/profiles/named-person.ts';
import { explainPerson } from '../../shared/flows/segments/person-explanation.ts';
import { noSegment } from '../../shared/flows/segments/require-segment.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

const querySchema = z.strictObject(personQuery);

/** Why one person is in a segment or out of it, condition by condition, and until when. */
export const explainSegment = route({
  method: 'GET',
  path: '/admin/segments/{id}/explain',
  summary:
    'Explain why a person (profile, email, phone, externalId or anonymousId) is in a segment or not: since when by their timeline (null: it does not say, as whom the first definition or an edit without notify let in), and each condition with its value, its answer and until when it holds; while building also by the rule that comes (next)',
  auth: 'see-people',
  query: querySchema,
  handle: async ({ params, query }, ports) => {
    const profile = await requirePerson(query, ports);
    const id = params['id'] ?? '';
    const explanation = await explainPerson(profile, id, ports);
    if (explanation === undefined) throw noSegment(id);
    return ok({ segment: id, profile: profile.id, ...explanation });
  },
});
