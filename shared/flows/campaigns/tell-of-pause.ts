import type { Campaign } from '../../domain/campaigns/campaign.ts';
import { count, logger } from '../../runtime/observability.ts';

/** A state that is still to be settled for the first time is due by then; it is settled again later. */
const firstSettledMs = 5 * 60_000;

/**
 * Raises the alarm about a campaign that paused itself, when its state is settled: that is taken up
 * again when it is cut off, so the alarm comes at least once.
 */
export function tellOfPause({
  id,
  state,
  pausedFor,
  settleAt,
}: Pick<Campaign, 'id' | 'state' | 'pausedFor' | 'settleAt'>): void {
  if (state !== 'paused' || pausedFor === undefined || settleAt === undefined) return;
  if (Date.parse(settleAt) > Date.parse(pausedFor.at) + firstSettledMs) return;
  logger.error('campaign-paused-for-reputation', { campaign: id, ...pausedFor });
  count('CampaignsPausedForReputation', 1);
}
