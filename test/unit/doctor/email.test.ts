import { describe, expect, it } from 'vitest';
import { known } from '../../../infra/doctor/asked.ts';
import { checkEmailAccount, checkReputation } from '../../../infra/doctor/checks/email-account.ts';
import { checkDomain } from '../../../infra/doctor/checks/email-domain.ts';
import {
  checkEmailEvents,
  checkEventRule,
  neededEvents,
} from '../../../infra/doctor/checks/email-events.ts';
import { aDomain, anEmailAccount, someEmailEvents, someRecords } from './accounts.ts';
import { refused, statesOf, textOf } from './states.ts';

describe('the account at SES', () => {
  it.each([
    ['in good standing', {}, {}],
    ['in the sandbox', { hasProductionAccess: false }, { 'email sandbox': 'wrong' }],
    ['switched off', { isSendingEnabled: false }, { 'email sending': 'wrong' }],
    ['under review', { enforcement: 'PROBATION' }, { 'email sending': 'warning' }],
    ['stopped by AWS', { enforcement: 'SHUTDOWN' }, { 'email sending': 'wrong' }],
    ['near the end of its day', { sentLastDay: 40_000 }, { 'email quota': 'warning' }],
    ['just below that', { sentLastDay: 39_999 }, { 'email quota': 'ok' }],
    ['at the end of its day', { sentLastDay: 50_000 }, { 'email quota': 'wrong' }],
    ['without a limit', { perDay: undefined, sentLastDay: 10 ** 9 }, { 'email quota': 'ok' }],
    [
      'that suppresses bounces only',
      { suppressedReasons: ['BOUNCE'] },
      { 'account suppression': 'warning' },
    ],
  ] as const)('%s', (_, changes, states) => {
    const all = { 'email sandbox': 'ok', 'email sending': 'ok', 'email quota': 'ok' };
    expect(statesOf(checkEmailAccount(known(anEmailAccount(changes))))).toEqual({
      ...all,
      'account suppression': 'ok',
      ...states,
    });
  });

  it('that may not be asked about is unknown, with the permission that is missing', () => {
    const [finding, ...others] = checkEmailAccount(refused);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ check: 'email sending', state: 'unknown' });
    expect(finding?.fix).toContain('ses:GetAccount');
  });

  it.each([
    [0.0499, 0.00099, 'ok', 'ok'],
    [0.05, 0.001, 'warning', 'warning'],
    [0.0999, 0.00499, 'warning', 'warning'],
    [0.1, 0.005, 'wrong', 'wrong'],
  ] as const)(
    'is judged by the rates that AWS goes by: %d and %d',
    (bounceRate, complaintRate, bounces, complaints) => {
      expect(statesOf(checkReputation(known({ bounceRate, complaintRate })))).toEqual({
        'bounce rate': bounces,
        'complaint rate': complaints,
      });
    },
  );

  it('has no rates before much is sent', () => {
    const none = known({ bounceRate: undefined, complaintRate: undefined });
    expect(statesOf(checkReputation(none))).toEqual({ 'email reputation': 'ok' });
  });
});

const domainFindings = (domain = aDomain(), records = someRecords()) =>
  checkDomain({ region: 'eu-west-1', identity: known(domain), records: known(records) });

const dkim = (changes: object) => ({ dkim: { ...aDomain().dkim, ...changes } });
const mailFrom = (status: string, rejectsOnFailure = false) => ({
  mailFrom: { domain: 'mail.shop.example', status, rejectsOnFailure },
});

describe("the sender's domain", () => {
  it.each([
    ['set up whole', {}, {}, {}],
    ['not verified', { isVerified: false }, {}, { 'sender domain': 'wrong' }],
    ['that is not signed for', dkim({ isSigning: false }), {}, { DKIM: 'wrong' }],
    ['whose records are not there', dkim({ status: 'PENDING' }), { dkim: {} }, { DKIM: 'wrong' }],
    ['whose records went after SES had seen them', {}, { dkim: {} }, { DKIM: 'warning' }],
    ['that SES has not looked at yet', dkim({ status: 'PENDING' }), {}, { DKIM: 'warning' }],
    ['that SES looks at no more', dkim({ status: 'FAILED' }), {}, { DKIM: 'wrong' }],
    ['without a MAIL FROM of its own', { mailFrom: undefined }, {}, { 'MAIL FROM': 'warning' }],
    ['whose MAIL FROM waits', mailFrom('PENDING'), {}, { 'MAIL FROM': 'warning' }],
    [
      'whose MAIL FROM has no SPF record',
      mailFrom('PENDING'),
      { mailFromTexts: ['v=spf1 include:other.example -all'] },
      { 'MAIL FROM': 'warning' },
    ],
    [
      'whose MAIL FROM must be there and is not',
      mailFrom('FAILED', true),
      { mailFromHosts: [] },
      { 'MAIL FROM': 'wrong' },
    ],
    [
      'whose MAIL FROM receives mail elsewhere too',
      {},
      { mailFromHosts: ['feedback-smtp.eu-west-1.amazonses.com', 'mx.shop.example'] },
      { 'MAIL FROM': 'wrong' },
    ],
  ] as const)('%s', (_, changes, records, states) => {
    expect(statesOf(domainFindings(aDomain(changes), someRecords(records)))).toEqual({
      'sender domain': 'ok',
      DKIM: 'ok',
      'MAIL FROM': 'ok',
      ...states,
    });
  });

  it('names the records that are missing, as they are to be entered', () => {
    const { dkim: found } = someRecords();
    const { 'bbb._domainkey.shop.example': _, ...others } = found;
    const records = someRecords({ dkim: others, mailFromHosts: [], mailFromTexts: [] });
    const text = textOf(domainFindings(aDomain(), records));
    expect(text).toContain('bbb._domainkey.shop.example  CNAME  bbb.dkim.amazonses.com');
    expect(text).not.toContain('aaa._domainkey');
    expect(text).toContain('mail.shop.example  MX   10 feedback-smtp.eu-west-1.amazonses.com');
    expect(text).toContain('mail.shop.example  TXT  "v=spf1 include:amazonses.com ~all"');
  });

  it('may have the keys themselves where a DNS host follows the alias', () => {
    const keys = Object.fromEntries(
      Object.keys(someRecords().dkim).map((name) => [name, ['v=DKIM1; k=rsa; p=MIIB']]),
    );
    expect(statesOf(domainFindings(aDomain(), someRecords({ dkim: keys })))['DKIM']).toBe('ok');
  });

  it('that SES does not know sends nothing', () => {
    const question = { region: 'eu-west-1', identity: known(undefined), records: refused };
    expect(statesOf(checkDomain(question))).toEqual({ 'sender domain': 'wrong' });
  });

  it('is unknown where neither SES nor the DNS answers, and not well', () => {
    const question = { region: 'eu-west-1', identity: refused, records: refused };
    expect(statesOf(checkDomain(question))).toEqual({ 'sender domain': 'unknown' });
    const silent = { ...question, identity: known(aDomain()) };
    expect(statesOf(checkDomain(silent))).toMatchObject({
      DKIM: 'unknown',
      'MAIL FROM': 'unknown',
    });
  });
});

const destination = { name: 'events', isEnabled: true, isEventBridge: true, types: neededEvents };

describe('what SES tells of emails', () => {
  it.each([
    ['all of it', {}, {}],
    ['nothing', { destinations: [] }, { 'email events': 'wrong' }],
    [
      'others only',
      { destinations: [{ ...destination, isEventBridge: false }] },
      { 'email events': 'wrong' },
    ],
    [
      'nothing for now',
      { destinations: [{ ...destination, isEnabled: false }] },
      { 'email events': 'wrong' },
    ],
    [
      'no complaints',
      {
        destinations: [
          { ...destination, types: neededEvents.filter((type) => type !== 'COMPLAINT') },
        ],
      },
      { 'email events': 'wrong' },
    ],
    ['while sending is off', { isSendingEnabled: false }, { 'configuration set': 'wrong' }],
    ['without rates', { publishesReputation: false }, { 'configuration set': 'warning' }],
  ] as const)('%s', (_, changes, states) => {
    expect(statesOf(checkEmailEvents(known(someEmailEvents(changes))))).toEqual({
      'email events': 'ok',
      ...states,
    });
  });

  it('of two destinations is what both tell', () => {
    const half = Math.floor(neededEvents.length / 2);
    const destinations = [
      { ...destination, types: neededEvents.slice(0, half) },
      { ...destination, types: neededEvents.slice(half) },
    ];
    expect(statesOf(checkEmailEvents(known(someEmailEvents({ destinations }))))).toEqual({
      'email events': 'ok',
    });
  });

  it('names what is not told, and a command that says all of it', () => {
    const destinations = [{ ...destination, types: neededEvents.slice(1) }];
    const text = textOf(checkEmailEvents(known(someEmailEvents({ destinations }))));
    expect(text).toContain(`SES does not tell of ${neededEvents[0]}.`);
    const json = /--event-destination '(.*)'/.exec(text)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual({
      Enabled: true,
      MatchingEventTypes: neededEvents,
      EventBridgeDestination: { EventBusArn: someEmailEvents().busArn },
    });
  });

  it.each([
    ['is handed over', known({ name: 'rule', state: 'ENABLED' }), 'ok'],
    ['is held back', known({ name: 'rule', state: 'DISABLED' }), 'wrong'],
    ['goes nowhere', known(undefined), 'wrong'],
    ['may not be asked about', refused, 'unknown'],
  ] as const)('%s', (_, asked, state) => {
    expect(statesOf(checkEventRule(asked))).toEqual({ 'email event rule': state });
  });
});
