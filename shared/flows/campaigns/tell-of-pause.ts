import type { Campaign } from '../../domain/campaigns/campaign.ts';
import { count, logger } from '../../runtime/observability.ts';

/**
 * Raises the alarm about a campaign that paused itself, when its state is settled: that is taken up
 * again when it is cut off, so the alarm comes at least once.
 */
export function tellOfPause({ id, state, pausedFor, settleAt }: Campaign): void {
  if (state !== 'paused' || pausedFor === undefined || settleAt === undefined) return;
  logger.error('campaign-paused-for-reputation', { campaign: id, ...pausedFor });
  count('CampaignsPausedForReputation', 1);
}
