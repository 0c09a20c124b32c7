import { describe, expect, it } from 'vitest';
import { known } from '../../../infra/doctor/asked.ts';
import { checkAlarms, checkSubscriptions } from '../../../infra/doctor/checks/alarms.ts';
import { checkHealth, type HealthFacts } from '../../../infra/doctor/checks/api.ts';
import { checkConcurrency, checkQuota } from '../../../infra/doctor/checks/quotas.ts';
import { checkStack } from '../../../infra/doctor/checks/stack.ts';
import { checkTable, sizeText } from '../../../infra/doctor/checks/tables.ts';
import { aQuota, aTable } from './accounts.ts';
import { refused, statesOf, textOf } from './states.ts';

const place = { stack: 'Perennial', region: 'eu-west-1' };
const stack = {
  status: 'UPDATE_COMPLETE',
  terminationProtection: true,
  drift: 'IN_SYNC',
  missing: [],
};

describe('the stack', () => {
  it.each([
    ['that stands', {}, {}],
    ['that is being changed', { status: 'UPDATE_IN_PROGRESS' }, { stack: 'warning' }],
    ['whose last change was undone', { status: 'UPDATE_ROLLBACK_COMPLETE' }, { stack: 'warning' }],
    ['that could not be made', { status: 'ROLLBACK_COMPLETE' }, { stack: 'wrong' }],
    ['that is stuck', { status: 'UPDATE_ROLLBACK_FAILED' }, { stack: 'wrong' }],
    [
      'that one command deletes',
      { terminationProtection: false },
      { 'termination protection': 'warning' },
    ],
    ['that was changed by hand', { drift: 'DRIFTED' }, { drift: 'warning' }],
    ['that is older than this checkout', { missing: ['queue canary'] }, { version: 'warning' }],
    [
      'that is just getting what is missing',
      { status: 'UPDATE_IN_PROGRESS', missing: ['queue canary'] },
      { stack: 'warning' },
    ],
  ] as const)('%s', (_, changes, states) => {
    expect(statesOf(checkStack(known({ ...stack, ...changes }), place))).toEqual({
      stack: 'ok',
      'termination protection': 'ok',
      ...states,
    });
  });

  it('that is not there is said to be not deployed, and where', () => {
    const found = checkStack(known(undefined), place);
    expect(statesOf(found)).toEqual({ stack: 'wrong' });
    expect(textOf(found)).toContain('There is no stack "Perennial" in eu-west-1');
    expect(textOf(found)).toContain('npx cdk deploy');
  });

  it('that may not be asked about is unknown', () => {
    expect(statesOf(checkStack(refused, place))).toEqual({ stack: 'unknown' });
  });
});

describe('a table', () => {
  it.each([
    ['as the stack makes it', {}, ['ok']],
    ['that can be deleted', { isProtected: false }, ['wrong']],
    ['that cannot be put back', { isRestorable: known(false) }, ['wrong']],
    ['whose stream is off', { hasStream: false }, ['wrong']],
    ['that needs no stream', { hasStream: false, needsStream: false }, ['ok']],
    ['that forgets nothing', { expiresBy: known(undefined) }, ['warning']],
    ['that forgets by another attribute', { expiresBy: known('ttl') }, ['warning']],
    ['encrypted by nobody in particular', { isEncryptedByKms: false }, ['warning']],
    ['that is out of reach', { status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' }, ['wrong']],
    ['of which it is not known whether it can be put back', { isRestorable: refused }, ['unknown']],
    ['with two faults', { isProtected: false, expiresBy: known(undefined) }, ['wrong', 'warning']],
  ] as const)('%s', (_, changes, states) => {
    const found = checkTable('timeline', known(aTable(changes)));
    expect(found.map(({ state }) => state)).toEqual(states);
  });

  it('that may not be asked about is unknown', () => {
    expect(statesOf(checkTable('timeline', refused))).toEqual({ 'table timeline': 'unknown' });
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [12_345_678, '12.3 MB'],
    [5e15, '5000 TB'],
  ])('of %d bytes is said to be %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});

describe('alarms', () => {
  const ringing = {
    name: 'Perennial inputs-dead-letters',
    text: 'Leads are not stored. To do: Look into the log.',
    since: '2026-11-22T11:00:00.000Z',
  };

  it('that are silent are well', () => {
    expect(statesOf(checkAlarms(known({ count: 64, ringing: [], silenced: [] })))).toEqual({
      alarms: 'ok',
    });
  });

  it('that ring say what is lost, and what to do as the fix', () => {
    const [finding] = checkAlarms(known({ count: 64, ringing: [ringing], silenced: [] }));
    expect(finding).toMatchObject({
      check: 'alarm: Perennial inputs-dead-letters',
      state: 'wrong',
      what: 'Leads are not stored. It rings since 2026-11-22T11:00:00.000Z.',
      fix: 'Look into the log.',
    });
  });

  it('that somebody has silenced are wrong, and those not to be asked about unknown', () => {
    const silenced = checkAlarms(known({ count: 64, ringing: [], silenced: ['a b'] }));
    expect(statesOf(silenced)).toEqual({ alarms: 'wrong' });
    expect(textOf(silenced)).toContain('--alarm-names "a b"');
    expect(statesOf(checkAlarms(refused))).toEqual({ alarms: 'unknown' });
  });

  it.each([
    ['somebody', known([{ endpoint: 'a@shop.example', isConfirmed: true }]), 'ok'],
    ['nobody', known([]), 'wrong'],
    [
      'somebody who has not confirmed',
      known([{ endpoint: 'a@shop.example', isConfirmed: false }]),
      'wrong',
    ],
    ['who knows whom', refused, 'unknown'],
  ] as const)('tell %s', (_, asked, state) => {
    expect(statesOf(checkSubscriptions(asked, 'arn:topic'))).toEqual({ 'alarm mail': state });
  });
});

describe('quotas', () => {
  it.each([
    ['far from their end', 479, 'ok'],
    ['near their end', 480, 'warning'],
    ['at their end', 600, 'wrong'],
    ['of which nothing was used', undefined, 'ok'],
  ] as const)('%s', (_, used, state) => {
    expect(statesOf(checkQuota('events', known(aQuota({ used }))))).toEqual({
      'quota: events': state,
    });
  });

  it('that AWS does not tell are unknown', () => {
    expect(statesOf(checkQuota('events', refused))).toEqual({ 'quota: events': 'unknown' });
  });

  it.each([
    ['of a new account', { limit: 10, used: undefined }, 'wrong'],
    ['of an account that is known', { limit: 1_000, used: 12 }, 'ok'],
    ['that the queues alone may take', { limit: 150, used: 12 }, 'warning'],
    ['that are nearly used up', { limit: 1_000, used: 800 }, 'warning'],
    ['that are used up', { limit: 1_000, used: 1_000 }, 'wrong'],
  ] as const)('for functions at once %s', (_, facts, state) => {
    expect(statesOf(checkConcurrency(known({ ...facts, queueShare: 190 })))).toEqual({
      'quota: Lambda': state,
    });
  });

  it('for functions at once may not be told', () => {
    expect(statesOf(checkConcurrency(refused))).toEqual({ 'quota: Lambda': 'unknown' });
  });
});

it.each([
  ['answers', known<HealthFacts>({ kind: 'answered', status: 200 }), 'ok'],
  ['fails', known<HealthFacts>({ kind: 'answered', status: 503 }), 'wrong'],
  ['is silent', known<HealthFacts>({ kind: 'silent', why: 'ENOTFOUND' }), 'wrong'],
  ['has no address', refused, 'unknown'],
] as const)('the API that %s', (_, asked, state) => {
  expect(statesOf(checkHealth('https://api.shop.example', asked))).toEqual({ API: state });
});
