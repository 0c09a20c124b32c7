import { describe, expect, it } from 'vitest';
import { decideMessage, type Question } from '../../../shared/domain/messaging/decision.ts';
import type { Profile } from '../../../shared/domain/profiles/profile.ts';

const noon = Date.parse('2026-01-10T12:00:00Z');
const hour = 3_600_000;

const aProfile = (profile: Partial<Profile> = {}): Profile => ({
  id: '01P',
  version: 1,
  identifiers: { email: 'anna@example.com', phone: '+37120000000' },
  attributes: {},
  consents: { 'offers/email': { given: true, at: '2026-01-01T00:00:00.000Z', source: 'form' } },
  ledger: undefined,
  segments: [],
  lists: [],
  dueAt: undefined,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...profile,
});

const aQuestion = (question: Partial<Question> = {}): Question => ({
  channel: 'email',
  kind: 'marketing',
  topic: 'offers',
  profile: aProfile(),
  suppressed: false,
  quietHours: undefined,
  cap: { kind: 'free' },
  overCap: 'withhold',
  controlGroup: undefined,
  holdout: 0,
  campaign: 'spring',
  plannedAt: noon,
  deadline: undefined,
  now: noon,
  companyTimeZone: 'UTC',
  ...question,
});

const withheld = (reason: string) => ({ kind: 'withheld', reason });
const noConsent = aProfile({ consents: {} });
const withdrawn = aProfile({
  consents: { 'offers/email': { given: false, at: '2026-01-02T00:00:00.000Z', source: 'u' } },
});
const noEmail = aProfile({ identifiers: { phone: '+37120000000' } });
const full = { kind: 'full', until: noon + 12 * hour } as const;
const quietNow = { from: '11:00', to: '13:00' };

describe('a message to one person', () => {
  it.each<[string, Partial<Question>, unknown]>([
    ['is sent when nothing is against it', {}, { kind: 'send' }],
    ['is withheld when the person is gone', { profile: undefined }, withheld('profile-gone')],
    ['needs an address', { profile: noEmail }, withheld('no-address')],
    ['needs consent', { profile: noConsent }, withheld('no-consent')],
    ['respects consent that was withdrawn', { profile: withdrawn }, withheld('no-consent')],
    ['needs consent for its own channel', { channel: 'sms' }, withheld('no-consent')],
    ['needs consent for its own topic', { topic: 'news' }, withheld('no-consent')],
    ['never goes without a topic', { topic: undefined }, withheld('no-consent')],
    ['never goes to a suppressed address', { suppressed: true }, withheld('suppressed')],
    ['is not sent to the hold-out', { holdout: 1 }, withheld('holdout')],
    ['is sent at its deadline', { deadline: noon }, { kind: 'send' }],
    ['is not sent after its deadline', { deadline: noon - 1 }, withheld('deadline')],
    [
      'waits for its instant',
      { plannedAt: noon + hour },
      { kind: 'deferred', until: noon + hour, reason: 'local-time' },
    ],
    [
      'waits out quiet hours',
      { quietHours: quietNow },
      { kind: 'deferred', until: noon + hour, reason: 'quiet-hours' },
    ],
    [
      'is not kept waiting past its deadline',
      { quietHours: quietNow, deadline: noon + hour - 1 },
      withheld('deadline'),
    ],
    [
      'may wait until its deadline',
      { quietHours: quietNow, deadline: noon + hour },
      { kind: 'deferred', until: noon + hour, reason: 'quiet-hours' },
    ],
    ['is withheld over a cap', { cap: full }, withheld('frequency-cap')],
    [
      'waits for room under a cap where its campaign says so',
      { cap: full, overCap: 'defer', deadline: noon + 48 * hour },
      { kind: 'deferred', until: noon + 12 * hour, reason: 'frequency-cap' },
    ],
    [
      'waits for room until its deadline in any case',
      { cap: full, overCap: 'defer', deadline: noon + hour },
      { kind: 'deferred', until: noon + hour, reason: 'frequency-cap' },
    ],
    [
      'ends over a cap when its deadline has come',
      { cap: full, overCap: 'defer', deadline: noon },
      withheld('deadline'),
    ],
    [
      'waits for room outside of quiet hours',
      { cap: full, overCap: 'defer', quietHours: { from: '22:00', to: '09:00' } },
      { kind: 'deferred', until: noon + 21 * hour, reason: 'frequency-cap' },
    ],
    [
      'waits out quiet hours before it asks for room',
      { cap: full, quietHours: quietNow },
      { kind: 'deferred', until: noon + hour, reason: 'quiet-hours' },
    ],
  ])('%s', (_, question, decision) => {
    expect(decideMessage(aQuestion(question))).toEqual(decision);
  });

  it.each<[string, Partial<Question>]>([
    ['without consent', { profile: noConsent, topic: undefined }],
    ['without a hold-out', { holdout: 1 }],
    ['over every cap', { cap: full }],
  ])('goes %s when it is transactional', (_, question) => {
    const decision = decideMessage(aQuestion({ kind: 'transactional', ...question }));
    expect(decision).toEqual({ kind: 'send' });
  });

  it('never goes to a suppressed address, even when it is transactional', () => {
    const decision = decideMessage(aQuestion({ kind: 'transactional', suppressed: true }));
    expect(decision).toEqual(withheld('suppressed'));
  });

  it('reports the first reason that holds', () => {
    const worst = {
      suppressed: true,
      deadline: 0,
      holdout: 1,
      controlGroup: { share: 1, salt: 'control' },
    };
    expect(decideMessage(aQuestion({ ...worst, profile: noConsent }))).toEqual(
      withheld('no-consent'),
    );
    expect(decideMessage(aQuestion(worst))).toEqual(withheld('suppressed'));
    const reachable = { ...worst, suppressed: false };
    expect(decideMessage(aQuestion(reachable))).toEqual(withheld('deadline'));
    const inTime = { ...reachable, deadline: undefined };
    expect(decideMessage(aQuestion(inTime))).toEqual(withheld('control-group'));
    const noControl = { ...inTime, controlGroup: undefined };
    expect(decideMessage(aQuestion(noControl))).toEqual(withheld('holdout'));
  });

  it('keeps quiet by the person’s own clock', () => {
    const quietHours = { from: '21:00', to: '23:00' };
    const inTokyo = aProfile({ attributes: { timeZone: 'Asia/Tokyo' } });
    const nowhere = aProfile({ attributes: { timeZone: 'Mars/Olympus' } });
    expect(decideMessage(aQuestion({ quietHours, profile: inTokyo })).kind).toBe('deferred');
    expect(decideMessage(aQuestion({ quietHours, profile: nowhere })).kind).toBe('send');
  });

  it('holds out about the share asked for, the same people every time', () => {
    const people = Array.from({ length: 2_000 }, (_, index) => aProfile({ id: `person-${index}` }));
    const heldOut = () =>
      people
        .filter(
          (profile) => decideMessage(aQuestion({ profile, holdout: 0.1 })).kind === 'withheld',
        )
        .map((profile) => profile.id);
    expect(heldOut().length).toBeGreaterThan(150);
    expect(heldOut().length).toBeLessThan(250);
    expect(heldOut()).toEqual(heldOut());
  });

  it('holds out others of another campaign, whoever is in the control group', () => {
    const people = Array.from({ length: 2_000 }, (_, index) => aProfile({ id: `person-${index}` }));
    const controlGroup = { share: 0.5, salt: 'control' };
    const outOf = (question: Partial<Question>) =>
      new Set(
        people
          .filter((profile) => decideMessage(aQuestion({ profile, ...question })).kind !== 'send')
          .map(({ id }) => id),
      );
    const spring = outOf({ holdout: 0.5 });
    for (const others of [outOf({ holdout: 0.5, campaign: 'summer' }), outOf({ controlGroup })]) {
      const both = [...others].filter((id) => spring.has(id)).length;
      // Half of the half, give or take four standard deviations.
      expect(both).toBeGreaterThan(420);
      expect(both).toBeLessThan(580);
    }
  });
});
