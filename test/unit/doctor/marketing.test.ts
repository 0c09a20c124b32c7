import { describe, expect, it } from 'vitest';
import { known } from '../../../infra/doctor/asked.ts';
import {
  type CampaignFacts,
  checkQuarantine,
  checkSchedules,
  checkSources,
  sendsTexts,
} from '../../../infra/doctor/checks/marketing.ts';
import { checkUsers } from '../../../infra/doctor/checks/users.ts';
import { scheduleName } from '../../../shared/domain/campaigns/schedule-name.ts';
import { aCampaign, now } from './accounts.ts';
import { refused, statesOf, textOf } from './states.ts';

const place = { now, url: 'https://api.shop.example', group: 'Perennial' };
const schedule = { name: 'campaign-win-back', state: 'ENABLED' };

const schedulesOf = (
  campaigns: readonly CampaignFacts[],
  found: readonly { readonly name: string; readonly state: string }[],
) => statesOf(checkSchedules(known(campaigns), known(found), place));

describe('schedules', () => {
  it.each([
    ['that are there', {}, [schedule], { schedules: 'ok' }],
    ['that are missing', {}, [], { 'schedule: win-back': 'wrong' }],
    [
      'that are disabled',
      {},
      [{ ...schedule, state: 'DISABLED' }],
      { 'schedule: win-back': 'wrong' },
    ],
    [
      'of a campaign just launched',
      { updatedAt: '2026-11-22T11:58:00.000Z' },
      [],
      { schedules: 'ok' },
    ],
    ['of a draft', { state: 'draft' }, [], { schedules: 'ok' }],
    ['of a paused campaign', { state: 'paused' }, [], { 'schedule: win-back': 'wrong' }],
    [
      'of a campaign that is over',
      { state: 'cancelled' },
      [schedule],
      { 'schedule: campaign-win-back': 'warning' },
    ],
    [
      'of a campaign that starts by an event',
      { schedule: { on: 'lead.captured' }, state: 'running' },
      [],
      { schedules: 'ok' },
    ],
    [
      'that nobody knows',
      {},
      [schedule, { name: 'campaign-old', state: 'ENABLED' }],
      { 'schedule: campaign-old': 'warning' },
    ],
    [
      'for a day ahead',
      { schedule: { at: '2026-11-25T10:00' } },
      [],
      { 'schedule: win-back': 'wrong' },
    ],
    [
      'for an hour that has come somewhere on earth',
      { schedule: { at: '2026-11-23T01:00' } },
      [],
      { schedules: 'ok' },
    ],
    [
      'for that hour in a zone where it has not',
      { schedule: { at: '2026-11-23T01:00', timeZone: 'America/New_York' } },
      [],
      { 'schedule: win-back': 'wrong' },
    ],
    [
      'for once, which has fired',
      { schedule: { at: '2026-11-25T10:00' }, state: 'running' },
      [],
      { schedules: 'ok' },
    ],
  ] as const)('%s', (_, changes, found, states) => {
    expect(schedulesOf([aCampaign(changes)], found)).toEqual(states);
  });

  it('are known by the names that launching gives them, however long', () => {
    const id = 'a'.repeat(64);
    expect(
      schedulesOf([aCampaign({ id })], [{ name: scheduleName(id), state: 'ENABLED' }]),
    ).toEqual({
      schedules: 'ok',
    });
  });

  it.each([
    ['goes on as it is', 'scheduled', 'launch'],
    ['stays paused', 'paused', 'pause'],
  ] as const)('are made anew for a campaign that %s', (_, state, action) => {
    const found = checkSchedules(known([aCampaign({ state })]), known([]), place);
    expect(textOf(found)).toContain(`https://api.shop.example/admin/campaigns/win-back/${action} `);
  });

  it('are unknown when either side may not be asked about', () => {
    expect(statesOf(checkSchedules(refused, known([]), place))).toEqual({ schedules: 'unknown' });
    expect(statesOf(checkSchedules(known([]), refused, place))).toEqual({ schedules: 'unknown' });
  });
});

describe('the quarantine', () => {
  const url = 'https://api.shop.example';

  it.each([
    ['is empty', known({ count: 0, isMore: false, oldestAt: undefined }), 'ok'],
    [
      'holds something',
      known({ count: 1, isMore: false, oldestAt: '2026-11-20T10:00:00Z' }),
      'wrong',
    ],
    ['may not be looked at', refused, 'unknown'],
  ] as const)('%s', (_, asked, state) => {
    expect(statesOf(checkQuarantine(asked, url))).toEqual({ quarantine: state });
  });
});

describe('write keys', () => {
  it.each([
    ['that stand', known([{ id: 'website', keys: 1 }]), 'ok'],
    ['of no source', known([]), 'wrong'],
    ['that no source has', known([{ id: 'website', keys: 0 }]), 'wrong'],
    ['that may not be asked about', refused, 'unknown'],
  ] as const)('%s', (_, asked, state) => {
    expect(statesOf(checkSources(asked, 'curl ...'))).toEqual({ 'write keys': state });
  });
});

describe('users', () => {
  const pool = { pool: 'p', isMore: false };

  it.each([
    ['one of whom is admin', { users: ['a'], grouped: ['a'], admins: ['a'] }, ['ok']],
    ['of whom there is none', { users: [], grouped: [], admins: [] }, ['wrong']],
    ['none of whom is admin', { users: ['a'], grouped: ['a'], admins: [] }, ['wrong']],
    [
      'one of whom is in no group',
      { users: ['a', 'b'], grouped: ['a'], admins: ['a'] },
      ['warning'],
    ],
    [
      'all of whom are in no group',
      { users: ['a'], grouped: [], admins: [] },
      ['wrong', 'warning'],
    ],
  ] as const)('%s', (_, facts, states) => {
    const found = checkUsers(known({ ...pool, ...facts }), 'aws cognito-idp ...');
    expect(found.map(({ state }) => state)).toEqual(states);
  });

  it('who may not be asked about are unknown', () => {
    expect(statesOf(checkUsers(refused, undefined))).toEqual({ users: 'unknown' });
  });
});

it('SMS are sent by a campaign that may still go out on that channel', () => {
  const texts = aCampaign({ channels: ['push', 'sms'] });
  expect(sendsTexts([aCampaign(), texts])).toBe(true);
  expect(sendsTexts([aCampaign(), { ...texts, state: 'completed' }])).toBe(false);
});
