import type { SendingPolicy } from '../messaging/policy/sending-policy.ts';
import type { Campaign } from './campaign.ts';

/** Whether a second person must approve a launch; null: it depends on an audience that nobody has counted. */
export function isApprovalRequired(
  { approval }: Pick<SendingPolicy, 'approval'>,
  audience: number | undefined,
): boolean | null {
  if (approval === undefined) return false;
  if (approval.aboveAudience === 0) return true;
  return audience === undefined ? null : audience > approval.aboveAudience;
}

/** How a campaign stands with its approval, as it is read back. */
export const approvalView = (
  { editedBy, approvedBy }: Pick<Campaign, 'editedBy' | 'approvedBy'>,
  policy: Pick<SendingPolicy, 'approval'>,
  audience?: number,
): Readonly<Record<string, unknown>> => ({
  required: isApprovalRequired(policy, audience),
  ...(policy.approval !== undefined && { aboveAudience: policy.approval.aboveAudience }),
  editedBy: editedBy ?? null,
  approvedBy: approvedBy ?? null,
});

type Versioned = { readonly id: string; readonly version: number };

/**
 * All that decides what a campaign sends, to whom and where, besides its own words: by what is meant,
 * such as `segment "vip"`, how it stands.
 */
export const standingOf = (named: {
  readonly templates: readonly Versioned[];
  /** Those of the audience and of conditions, and those that they name in turn. */
  readonly segments: readonly Versioned[];
  readonly endpoint: { readonly id: string; readonly url: string } | undefined;
}): NonNullable<Campaign['approvedAs']> => ({
  ...versionsOf('template', named.templates),
  ...versionsOf('segment', named.segments),
  ...(named.endpoint !== undefined && { [`webhook "${named.endpoint.id}"`]: named.endpoint.url }),
});

const versionsOf = (kind: string, all: readonly Versioned[]): Record<string, string> =>
  Object.fromEntries(all.map(({ id, version }) => [`${kind} "${id}"`, String(version)]));

/** What has changed since a campaign was approved: what it would do is no longer what was approved. */
export const changedSinceApproval = (
  { approvedAs = {} }: Pick<Campaign, 'approvedAs'>,
  now: NonNullable<Campaign['approvedAs']>,
): readonly string[] => Object.keys(now).filter((name) => now[name] !== approvedAs[name]);
