import { describe, expect, it } from 'vitest';
import type { EmailEvent } from '../../../shared/domain/deliverability/email-event.ts';
import {
  countedAs,
  isAgainstReputation,
  judgeReputation,
  noCounts,
} from '../../../shared/domain/deliverability/reputation-judgement.ts';
import { defaultPolicy } from '../../../shared/domain/messaging/policy/sending-policy.ts';

/** As they are unless a company says otherwise: 5 % and 0.1 %, after 500 emails. */
const { reputation: limits } = defaultPolicy();

describe('a campaign is paused', () => {
  it.each([
    ['not before enough was sent', { sent: 499, bounces: 400, complaints: 9 }, undefined],
    ['not at the limit itself', { sent: 1_000, bounces: 50, complaints: 1 }, undefined],
    [
      'when more than 5 % bounce',
      { sent: 1_000, bounces: 51, complaints: 0 },
      { reason: 'bounces', rate: 0.051, count: 51, sent: 1_000 },
    ],
    [
      'when more than one in a thousand complains, which weighs more',
      { sent: 1_000, bounces: 99, complaints: 2 },
      { reason: 'complaints', rate: 0.002, count: 2, sent: 1_000 },
    ],
  ] as const)('%s', (_, counts, found) => {
    expect(judgeReputation(counts, noCounts, limits)).toEqual(found);
  });

  it('by what came since somebody let it go on, after the minimum again', () => {
    const before = { sent: 1_000, bounces: 100, complaints: 0 };
    const later = { sent: 1_499, bounces: 199, complaints: 0 };
    expect(judgeReputation(later, before, limits)).toBeUndefined();
    expect(judgeReputation({ ...later, sent: 1_500 }, before, limits)).toMatchObject({
      count: 99,
      sent: 500,
    });
  });
});

describe('what counts against a campaign', () => {
  const about = { message: 'm', providerId: 'p', at: '2026-11-25T12:00:00.000Z' };
  const bounce = (permanent: boolean): EmailEvent => ({
    ...about,
    kind: 'bounced',
    permanent,
    detail: 'x',
    feedbackId: 'f',
    addresses: [],
  });
  const complaint: EmailEvent = { ...about, kind: 'complained', feedbackId: 'f', addresses: [] };
  const held = (event: EmailEvent): EmailEvent =>
    event.kind === 'bounced' || event.kind === 'complained'
      ? { ...event, isHeldBack: true }
      : event;

  it.each([
    ['a bounce for good', bounce(true), 'accepted', 'bounced', 'bounces'],
    ['no soft bounce', bounce(false), 'accepted', 'bounced', undefined],
    ['a complaint', complaint, 'delivered', 'complained', 'complaints'],
    [
      'no bounce that SES made itself by the account’s list',
      held(bounce(true)),
      'accepted',
      'bounced',
      undefined,
    ],
    [
      'no complaint that SES made itself by it',
      held(complaint),
      'accepted',
      'complained',
      undefined,
    ],
    ['nothing that does not move the row', bounce(true), 'bounced', undefined, undefined],
  ] as const)('%s', (_, event, from, to, as) => {
    expect(countedAs(event, { state: from }, to)).toBe(as);
  });

  it('has the campaign judged, and nothing else has', () => {
    const events = [bounce(true), complaint, bounce(false), held(bounce(true)), held(complaint)];
    expect(events.map(isAgainstReputation)).toEqual([true, true, false, false, false]);
  });
});
