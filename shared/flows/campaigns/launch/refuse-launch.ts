import { performance } from 'node:perf_hooks';
import {
  changedSinceApproval,
  isApprovalRequired,
  standingOf,
} from '../../../domain/campaigns/approval.ts';
import type { Campaign } from '../../../domain/campaigns/campaign.ts';
import { isOnceSchedule } from '../../../domain/campaigns/schedule.ts';
import { limitsOf } from '../../../domain/messaging/policy/launch-limits.ts';
import type { SendingPolicy } from '../../../domain/messaging/policy/sending-policy.ts';
import { isBuilding } from '../../../domain/segments/segment.ts';
import type { Template } from '../../../domain/templates/template.ts';
import type { Ports } from '../../../ports/ports.ts';
import { DetailedProblem, Problem, unprocessableField } from '../../../runtime/problem.ts';
import { progressOf } from '../../../stores/segment-status.ts';
import { currentRuleset } from '../../../stores/segments.ts';
import { getPolicy } from '../../../stores/sending-policy.ts';
import { isEmptyAudience } from './audience-parts.ts';
import type { Named } from './check-campaign.ts';
import { launchTimeIssue } from './launch-time.ts';
import { preflightCampaign } from './preflight-campaign.ts';

/**
 * Throws what stands against a launch now: a segment that is building, a time that is gone, what the
 * pre-flight stops, an approval that is missing. Without limits and approvals by size a pre-flight can
 * stop nothing but an audience of nobody: then only that is asked, which costs next to nothing.
 */
export async function refuseLaunch(campaign: Campaign, named: Named, ports: Ports): Promise<void> {
  const { templates } = named;
  const building = await buildingText(named.segments, ports);
  if (building !== undefined) throw new Problem(409, building);
  const issue = await launchTimeIssue(campaign, ports);
  if (issue !== undefined) throw unprocessableField(issue.path, issue.message);
  const policy = await getPolicy(ports.table);
  const isApprovalOpen = isApprovalRequired(policy, undefined) === null;
  const limits = limitsOf(campaign.definition.limits, policy.limits);
  const isLimited = limits.audience !== undefined || limits.loss !== undefined;
  if (!isLimited && !isApprovalOpen) {
    await refuseNobody(campaign, templates, ports);
    return refuseUnapproved(campaign, policy, { named, audience: undefined });
  }
  const preflight = await preflightCampaign(campaign, templates, ports);
  const [stop] = preflight.stops;
  if (stop !== undefined) throw new DetailedProblem(409, stop.message, { preflight });
  const audience = preflight.steps[0]?.people;
  refuseUnapproved(campaign, policy, { named, audience });
}

/** What a segment that is still being built says of itself; undefined: all are ready. */
export async function buildingText(
  segments: Named['segments'],
  { table }: Pick<Ports, 'table'>,
): Promise<string | undefined> {
  const building = segments.find(isBuilding);
  if (building === undefined) return undefined;
  const { people, ofAbout } = await progressOf(table);
  const far = `${people} ${ofAbout === undefined ? '' : `of about ${ofAbout} `}people looked at`;
  return `Segment "${building.id}" is still building (${far}): launch when it is ready.`;
}

/** How long somebody is looked for in an audience: a pre-flight may follow within the same answer. */
const emptyMs = 5_000;

async function refuseNobody(
  campaign: Campaign,
  templates: readonly Template[],
  ports: Ports,
): Promise<void> {
  const { audience, schedule } = campaign.definition;
  if (!isOnceSchedule(schedule)) return;
  const { serving } = await currentRuleset(ports.table, ports.settings.timeZone);
  const endsAt = performance.now() + emptyMs;
  const reach = { ...ports, hasTime: () => performance.now() < endsAt };
  if (!(await isEmptyAudience(audience, serving, reach))) return;
  const preflight = await preflightCampaign(campaign, templates, ports);
  const [stop] = preflight.stops;
  // Somebody may have come into it meanwhile.
  if (stop !== undefined) throw new DetailedProblem(409, stop.message, { preflight });
}

function refuseUnapproved(
  campaign: Campaign,
  policy: SendingPolicy,
  found: { readonly named: Named; readonly audience: number | undefined },
): void {
  if (isApprovalRequired(policy, found.audience) !== true) return;
  const { id, approvedBy } = campaign;
  const how = `POST /admin/campaigns/${id}/approve, by somebody else than who wrote it`;
  if (approvedBy === undefined) {
    throw new Problem(409, `Campaign "${id}" needs the approval of a second person: ${how}.`);
  }
  const [changed] = changedSinceApproval(campaign, standingOf(found.named));
  if (changed === undefined) return;
  const what = `The ${changed} has been changed since "${approvedBy}" approved`;
  throw new Problem(409, `${what}: have it approved again (${how}).`);
}
