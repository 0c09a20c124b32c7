import type { Campaign } from '../../shared/domain/campaigns/campaign.ts';
import type { PreflightStop } from '../../shared/domain/campaigns/preflight/preflight-stops.ts';
import {
  assumptionsOf,
  warningsOf,
} from '../../shared/domain/campaigns/preflight/preflight-warnings.ts';
import { requireCampaign } from '../../shared/flows/campaigns/change-campaign.ts';
import { checkCampaign, type Named } from '../../shared/flows/campaigns/launch/check-campaign.ts';
import { launchTimeIssue } from '../../shared/flows/campaigns/launch/launch-time.ts';
import { preflightCampaign as preflightOf } from '../../shared/flows/campaigns/launch/preflight-campaign.ts';
import { buildingText } from '../../shared/flows/campaigns/launch/refuse-launch.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { getTopic } from '../../shared/stores/topics.ts';

/** What a launch now would bring, as the campaign's own reservation would decide it. Changes nothing. */
export const preflightCampaign = route({
  method: 'POST',
  path: '/admin/campaigns/{id}/preflight',
  summary:
    'What a launch now would bring: the funnel of the audience step by step with the reasons and samples of each loss, how many messages go out now and later, what they cost (exact decimals), what stops the launch (stops; ok: false) and what to know before (warnings, assumptions). Exact up to 100 000 people; beyond, or when time runs short, estimated with its error at 95 %',
  auth: 'see-numbers',
  handle: async ({ params }, ports) => {
    const campaign = await requireCampaign(params['id'] ?? '', ports);
    const { id, definition, state, approvedBy } = campaign;
    const named = await checkCampaign(id, definition, ports);
    const preflight = await preflightOf(campaign, named.templates, ports);
    const { topic } = definition;
    const stops = [...(await blocking(campaign, named, ports)), ...preflight.stops];
    const isTopicKnown = topic === undefined || (await getTopic(ports.table, topic)) !== undefined;
    const isApprovalMissing = preflight.approval['required'] === true && approvedBy === undefined;
    const { cost } = preflight;
    const found = { funnel: preflight, cost, isTopicKnown, isApprovalMissing };
    return ok({
      campaign: id,
      state,
      ...preflight,
      ok: stops.length === 0,
      stops,
      warnings: warningsOf(definition, found),
      assumptions: assumptionsOf(definition, preflight),
    });
  },
});

/** What stands against a launch before anybody is looked at. */
async function blocking(
  campaign: Campaign,
  { segments }: Named,
  ports: Ports,
): Promise<readonly Pick<PreflightStop, 'step' | 'message'>[]> {
  const building = await buildingText(segments, ports);
  const issue = await launchTimeIssue(campaign, ports);
  return [
    ...(building === undefined ? [] : [{ step: 'matched', message: building } as const]),
    ...(issue === undefined
      ? []
      : [{ step: 'in-time', message: `${issue.path}: ${issue.message}` } as const]),
  ];
}
