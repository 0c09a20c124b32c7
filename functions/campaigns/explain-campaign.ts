import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { requireCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { explainDecision } from '../../shared/flows/campaigns/explain-decision.ts';
import { personQuery, requirePerson } from '../../shared/flows/profiles/named-person.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';

const querySchema = z.strictObject({ ...personQuery, campaign: slugSchema });

/** Why one person gets a campaign's message or not: every input of the decision, and what stands already. */
export const explainCampaign = route({
  method: 'GET',
  path: '/admin/explain',
  summary:
    'Explain why a person (profile, email, phone, externalId or anonymousId) gets the message of a campaign or not: every input of the decision in its order, each with its value and whether it lets the message pass, what stands in the ledger already, and the verdict in a sentence',
  auth: 'see-people',
  query: querySchema,
  handle: async ({ query: { campaign: id, ...person } }, ports) => {
    const campaign = await requireCampaign(id, ports);
    const profile = await requirePerson(person, ports);
    const explanation = await explainDecision(campaign, profile, ports);
    return ok({ campaign: id, profile: profile.id, ...explanation });
  },
});
