import {
  type Campaign,
  type CampaignDefinition,
  campaignSchema,
} from '../../../shared/domain/campaigns/campaign.ts';

/** What a marketer would write, with changes; a change to undefined takes the word out. */
export const aDefinitionInput = (
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => {
  const whole = {
    name: 'March',
    topic: 'offers',
    audience: { include: ['vip'] },
    schedule: { at: '2027-03-08T10:00' },
    message: { channel: 'email', template: 'march-8' },
    ...changes,
  };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
};

export const aDefinition = (changes?: Readonly<Record<string, unknown>>): CampaignDefinition =>
  campaignSchema.parse(aDefinitionInput(changes));

export const aCampaign = (campaign: Partial<Campaign> = {}): Campaign => ({
  id: 'march',
  definition: aDefinition(),
  state: 'draft',
  pausedFrom: undefined,
  revision: 1,
  createdAt: '2027-01-01T00:00:00.000Z',
  updatedAt: '2027-01-01T00:00:00.000Z',
  launchedAt: undefined,
  editedBy: undefined,
  approvedBy: undefined,
  templates: undefined,
  run: undefined,
  keptGoals: [],
  settleAt: undefined,
  ...campaign,
});
