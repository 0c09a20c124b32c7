import { afterEach, describe, expect, it, vi } from 'vitest';
import { tellOfPause } from '../../../shared/flows/campaigns/tell-of-pause.ts';
import { logger, metrics } from '../../../shared/runtime/observability.ts';

const pausedFor = {
  reason: 'bounces',
  rate: 0.06,
  count: 60,
  sent: 1_000,
  at: '2026-11-25T12:00:00.000Z',
} as const;
const paused = {
  id: 'spring',
  state: 'paused',
  pausedFor,
  settleAt: '2026-11-25T12:01:00.000Z',
} as const;

describe('a campaign that paused itself', () => {
  const told = vi.spyOn(logger, 'error').mockImplementation(() => {});
  const counted = () => {
    const { CampaignsPausedForReputation: times } = metrics.serializeMetrics();
    metrics.clearMetrics();
    return times;
  };
  afterEach(() => told.mockClear());

  it('is told of with its figures, and counted for the alarm', () => {
    tellOfPause(paused);
    expect(told).toHaveBeenCalledExactlyOnceWith('campaign-paused-for-reputation', {
      campaign: 'spring',
      ...pausedFor,
    });
    expect(counted()).toBe(1);
  });

  it.each([
    ['when its state is settled once more', { settleAt: '2026-11-25T12:15:00.000Z' }],
    ['when it goes on', { state: 'running' }],
    ['when somebody paused it', { pausedFor: undefined }],
    ['when it is settled', { settleAt: undefined }],
  ] as const)('is not told of %s', (_, change) => {
    tellOfPause({ ...paused, ...change });
    expect(told).not.toHaveBeenCalled();
  });
});
