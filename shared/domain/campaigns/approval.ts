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

/** The templates that have changed since a campaign was approved: what it would send is no longer what was approved. */
export const changedSinceApproval = (
  { templates = {} }: Pick<Campaign, 'templates'>,
  now: readonly { readonly id: string; readonly version: number }[],
): readonly string[] =>
  now.filter(({ id, version }) => templates[id] !== version).map(({ id }) => id);
