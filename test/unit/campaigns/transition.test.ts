import { describe, expect, it } from 'vitest';
import { campaignStates } from '../../../shared/domain/campaigns/campaign.ts';
import {
  type CampaignAction,
  inState,
  transition,
} from '../../../shared/domain/campaigns/transition.ts';
import { aCampaign, aDefinition } from './a-campaign.ts';

const actions: readonly CampaignAction[] = ['edit', 'launch', 'pause', 'resume', 'cancel'];
const now = Date.parse('2027-03-08T10:00:00Z');
const at = { now, companyTimeZone: 'UTC' };

const outcome = (state: (typeof campaignStates)[number], action: CampaignAction): string => {
  const next = transition(aCampaign({ state }), action);
  return next.kind === 'moves' ? next.state : next.kind;
};

describe('the life of a campaign', () => {
  it('is this table and no other', () => {
    const table = campaignStates.map((state) => actions.map((action) => outcome(state, action)));
    expect(table).toEqual([
      ['draft', 'scheduled', 'refused', 'refused', 'cancelled'],
      ['refused', 'done', 'paused', 'done', 'cancelled'],
      ['refused', 'done', 'paused', 'done', 'cancelled'],
      ['refused', 'refused', 'done', 'running', 'cancelled'],
      ['draft', 'refused', 'refused', 'refused', 'refused'],
      ['draft', 'refused', 'refused', 'refused', 'done'],
    ]);
  });

  it('begins at once when it waits for an event', () => {
    const definition = aDefinition({ schedule: { on: 'Order Completed' } });
    expect(transition(aCampaign({ definition }), 'launch')).toEqual({
      kind: 'moves',
      state: 'running',
    });
  });

  it('resumes to waiting when it was paused while it waited', () => {
    const paused = inState(aCampaign({ state: 'scheduled' }), 'paused', at);
    expect(transition(paused, 'resume')).toEqual({ kind: 'moves', state: 'scheduled' });
  });

  it('listens for its goal until the last message can no longer bring it', () => {
    const definition = aDefinition({ goal: { event: 'Order Completed', within: 'P14D' } });
    const over = inState(aCampaign({ state: 'running', definition }), 'completed', at);
    expect(over.keptGoals).toEqual([
      { event: 'Order Completed', until: '2027-03-23T10:00:00.000Z' },
    ]);
    const paused = inState(aCampaign({ state: 'running', definition }), 'paused', at);
    expect(paused.keptGoals).toEqual([]);
  });
});
