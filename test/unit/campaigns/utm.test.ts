import { describe, expect, it } from 'vitest';
import { campaignSchema } from '../../../shared/domain/campaigns/campaign.ts';
import { isTracked, utmOf, withUtm } from '../../../shared/domain/campaigns/message/utm.ts';
import { aDefinitionInput } from './a-campaign.ts';

const message = { channel: 'email', campaign: 'march', variant: undefined } as const;

describe('UTM parameters', () => {
  it('are the channel, the campaign and the variant unless told, and none unless asked for', () => {
    expect(utmOf(undefined, message)).toEqual([]);
    expect(utmOf({ source: 'news' }, { ...message, variant: 'b' })).toEqual([
      ['utm_source', 'news'],
      ['utm_medium', 'email'],
      ['utm_campaign', 'march'],
      ['utm_content', 'b'],
    ]);
    expect(utmOf({ medium: 'post', campaign: 'x' }, message)).toEqual([
      ['utm_medium', 'post'],
      ['utm_campaign', 'x'],
    ]);
  });

  it.each([
    ['https://a.b', 'https://a.b?utm_medium=email&utm_campaign=a%20%26%20b'],
    ['https://a.b/?x=1', 'https://a.b/?x=1&utm_medium=email&utm_campaign=a%20%26%20b'],
    ['https://a.b/?x=%20&', 'https://a.b/?x=%20&utm_medium=email&utm_campaign=a%20%26%20b'],
    ['https://a.b/?', 'https://a.b/?utm_medium=email&utm_campaign=a%20%26%20b'],
    ['https://a.b/c#d?e', 'https://a.b/c?utm_medium=email&utm_campaign=a%20%26%20b#d?e'],
    ['https://a.b?UTM_Medium=own', 'https://a.b?UTM_Medium=own&utm_campaign=a%20%26%20b'],
    ['https://a.b?utm_medium=&utm_campaign=own#c', 'https://a.b?utm_medium=&utm_campaign=own#c'],
  ])('are added to %s where it has none of theirs', (target, expected) => {
    expect(withUtm(target, utmOf({ campaign: 'a & b' }, message))).toBe(expected);
  });
});

describe('links of a webhook', () => {
  it('are refused, not ignored', () => {
    const message = { channel: 'webhook', template: 'hook', endpoint: 'erp' };
    const { error } = campaignSchema.safeParse(aDefinitionInput({ message, links: { utm: {} } }));
    expect(error?.issues.map(({ path }) => path)).toContainEqual(['links']);
  });
});

describe('clicks', () => {
  it('are told of in marketing emails, elsewhere where the campaign says so', () => {
    const told = (links: Parameters<typeof isTracked>[0], changes = {}) =>
      isTracked(links, { kind: 'marketing', channel: 'email', ...changes });
    expect(told(undefined)).toBe(true);
    expect(told({ utm: {} })).toBe(true);
    expect(told({ track: false })).toBe(false);
    expect(told(undefined, { channel: 'sms' })).toBe(false);
    expect(told({ track: true }, { channel: 'sms' })).toBe(true);
    expect(told(undefined, { kind: 'transactional' })).toBe(false);
  });
});
