import { isDeepStrictEqual } from 'node:util';
import { type Campaign, campaignSchema } from '../../shared/domain/campaigns/campaign.ts';
import { hasEnded, inState, transition } from '../../shared/domain/campaigns/transition.ts';
import { slugSchema } from '../../shared/domain/identity/slug.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { campaignShown, refusal } from '../../shared/flows/campaigns/change-campaign.ts';
import { checkCampaign } from '../../shared/flows/campaigns/launch/check-campaign.ts';
import { settleCampaign } from '../../shared/flows/campaigns/settle-campaign.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { pathParam } from '../../shared/runtime/http/path-param.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { Problem } from '../../shared/runtime/problem.ts';
import { getCampaign, saveCampaign as storeCampaign } from '../../shared/stores/campaigns.ts';

/** Saves a campaign as a draft. One that has ended becomes a draft again; one that is being sent is refused. */
export const saveCampaign = route({
  method: 'PUT',
  path: '/admin/campaigns/{id}',
  summary:
    'Save a campaign as a draft; one that has ended becomes a draft again, one that goes out is refused: cancel it first',
  auth: 'market',
  body: campaignSchema,
  handle: async ({ params, body: definition, user }, ports) => {
    const { table, clock, settings } = ports;
    const id = pathParam(params, 'id', slugSchema);
    const known = await getCampaign(table, id);
    const isSame = isDeepStrictEqual(known?.definition, definition);
    if (known !== undefined && isSame && !hasEnded(known.state)) {
      return ok(await campaignShown(known, ports));
    }
    await checkCampaign(id, definition, ports);
    const next = known === undefined ? undefined : transition(known, 'edit');
    if (known !== undefined && next?.kind === 'refused') throw refusal(known, 'edit', next.fix);
    // What the old definition named must be let go before it is forgotten.
    if (known !== undefined && known.state !== 'draft') await settleCampaign(known, ports);
    const before = known === undefined ? undefined : await getCampaign(table, id);
    const now = clock.now();
    const campaign =
      before === undefined
        ? newCampaign(id, definition, now)
        : { ...inState(before, 'draft', { now, companyTimeZone: settings.timeZone }), definition };
    const isUnchanged = before === undefined || transition(before, 'edit').kind === 'moves';
    // Who approved, approved something else.
    const edited = { editedBy: user, approvedBy: undefined, approvedAs: undefined };
    const settled = { ...campaign, ...edited, settleAt: before?.settleAt };
    if (!isUnchanged || !(await storeCampaign(table, settled))) {
      throw new Problem(409, `Campaign "${id}" is being changed by others: try again.`);
    }
    return ok(await campaignShown(settled, ports));
  },
});

function newCampaign(id: string, definition: Campaign['definition'], now: number): Campaign {
  return {
    id,
    definition,
    state: 'draft',
    pausedFrom: undefined,
    revision: 1,
    createdAt: isoInstant(now),
    updatedAt: isoInstant(now),
    launchedAt: undefined,
    editedBy: undefined,
    approvedBy: undefined,
    templates: undefined,
    run: undefined,
    keptGoals: [],
    settleAt: undefined,
  };
}
