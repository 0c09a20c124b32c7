import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changedSinceApproval,
  isApprovalRequired,
  standingOf,
} from '../../../shared/domain/campaigns/approval.ts';
import {
  countOutcome,
  countRendered,
  type FunnelStep,
  funnelOf,
  newTally,
  outcomeOf,
  type PreflightOutcome,
  type PreflightTally,
  preflightSteps,
} from '../../../shared/domain/campaigns/preflight/preflight.ts';
import { costOf, countMessage } from '../../../shared/domain/campaigns/preflight/preflight-cost.ts';
import { stopsOf } from '../../../shared/domain/campaigns/preflight/preflight-stops.ts';
import { scheduleFault } from '../../../shared/domain/campaigns/schedule-time.ts';
import { pricesSchema } from '../../../shared/domain/messaging/policy/prices.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const lost = (reason: 'no-address' | 'no-consent' | 'holdout' | 'too-late'): PreflightOutcome => ({
  kind: 'lost',
  reason,
});
const sent: PreflightOutcome = { kind: 'now' };
const planned: PreflightOutcome = { kind: 'later', reason: 'planned' };

/** A part in which these outcomes were found. */
const aPart = (outcomes: readonly PreflightOutcome[]): PreflightTally => {
  const tally = newTally();
  for (const [index, outcome] of outcomes.entries()) countOutcome(tally, `p${index}`, outcome);
  return tally;
};

const peopleOf = (steps: readonly FunnelStep[]) =>
  Object.fromEntries(steps.map(({ step, people }) => [step, people]));

describe('a funnel', () => {
  it('loses each person at one step, and tells five of each reason', () => {
    const seven = Array.from({ length: 7 }, () => lost('no-consent'));
    const funnel = funnelOf(1, [
      aPart([...seven, lost('no-address'), lost('holdout'), sent, planned]),
    ]);
    expect(peopleOf(funnel.steps)).toEqual({
      matched: 11,
      reachable: 10,
      consented: 3,
      'not-suppressed': 3,
      'in-time': 3,
      'under-cap': 3,
      'not-held-out': 2,
      rendered: 2,
    });
    expect(funnel.steps[2]).toMatchObject({
      lost: 7,
      reasons: { 'no-consent': 7 },
      samples: { 'no-consent': ['p0', 'p1', 'p2', 'p3', 'p4'] },
    });
    expect(funnel).toMatchObject({ exact: true, error: 0, looked: 11 });
    expect(funnel.now.people).toBe(1);
    expect(funnel.later).toMatchObject({ people: 1, reasons: { planned: 1 } });
  });

  it('of nobody is empty, and exact', () => {
    const funnel = funnelOf(0, []);
    expect(funnel).toMatchObject({ exact: true, error: 0, looked: 0 });
    expect(new Set(Object.values(peopleOf(funnel.steps)))).toEqual(new Set([0]));
  });

  it('lets the parts that were looked at stand for the others, with its error', () => {
    const part = (): PreflightTally => aPart([sent, sent, lost('no-consent'), planned]);
    const funnel = funnelOf(100, Array.from({ length: 10 }, part));
    expect(funnel).toMatchObject({ exact: false, looked: 40 });
    expect(peopleOf(funnel.steps)).toMatchObject({ matched: 400, consented: 300 });
    expect(funnel.now.people).toBe(200);
    expect(funnel.error).toBeGreaterThan(0);
  });

  it('spreads what cannot be rendered over those that were not tried, and takes it from who it would be', () => {
    const tally = aPart([sent, sent, sent, sent, planned, planned, planned, planned]);
    countRendered(tally, { profileId: 'p0', outcome: sent }, 'missing-value');
    countRendered(tally, { profileId: 'p1', outcome: sent }, undefined);
    countRendered(tally, { profileId: 'p4', outcome: planned }, undefined);
    countRendered(tally, { profileId: 'p5', outcome: planned }, undefined);
    const { steps, now: at, later } = funnelOf(1, [tally]);
    expect(steps.at(-1)).toMatchObject({ lost: 2, people: 6, reasons: { 'missing-value': 2 } });
    expect([at.people, later.people]).toEqual([2, 4]);
  });

  it('never loses count: who matches is lost at a step, or goes out now or later', () => {
    const reasons = ['no-address', 'no-consent', 'holdout', 'too-late'] as const;
    const outcome = fc.constantFrom(sent, planned, ...reasons.map(lost));
    const parts = fc.array(fc.array(outcome, { maxLength: 20 }), { minLength: 2, maxLength: 10 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 5 }), (found, times) => {
        const funnel = funnelOf(found.length * times, found.map(aPart));
        const [matched] = funnel.steps;
        const gone = funnel.steps.reduce((sum, step) => sum + step.lost, 0);
        expect((matched?.people ?? 0) - gone).toBe(funnel.now.people + funnel.later.people);
        expect(
          funnel.steps.every(
            (step, at) => at === 0 || step.people <= (funnel.steps[at - 1]?.people ?? 0),
          ),
        ).toBe(true);
      }),
    );
  });

  it('takes a row that is planned ahead for later, and a withheld one for lost', () => {
    const ahead = '2026-11-25T13:00:00.000Z';
    const row = { reason: undefined, plannedAt: ahead };
    expect(outcomeOf({ ...row, state: 'reserved' }, now)).toEqual(planned);
    expect(outcomeOf({ ...row, state: 'reserved' }, Date.parse(ahead))).toEqual(sent);
    const quiet = outcomeOf({ ...row, state: 'deferred', reason: 'quiet-hours' }, now);
    expect(quiet).toEqual({ kind: 'later', reason: 'quiet-hours' });
    const held = outcomeOf({ ...row, state: 'withheld', reason: 'holdout' }, now);
    expect(held).toEqual(lost('holdout'));
    expect(() => outcomeOf({ ...row, state: 'delivered' }, now)).toThrow('delivered');
  });
});

describe('a stop', () => {
  const steps = (...counts: readonly number[]): FunnelStep[] =>
    preflightSteps.map((step, index) => {
      const people = counts[index] ?? counts.at(-1) ?? 0;
      const before = index === 0 ? people : (counts[index - 1] ?? people);
      return { step, people, lost: Math.max(0, before - people), reasons: {}, samples: {} };
    });

  it.each([
    ['half is lost and half may be', { loss: 0.5 }, [100, 50], []],
    ['more than half is lost', { loss: 0.5 }, [100, 49], ['reachable']],
    ['two steps lose too much', { loss: 0.1 }, [100, 80, 60], ['reachable', 'consented']],
    ['nobody is left to be lost', { loss: 0.1 }, [100, 0, 0, 0], ['reachable']],
    ['as many match as may', { audience: 100 }, [100], []],
    ['one more matches than may', { audience: 99 }, [100], ['matched']],
    ['people are held out', { loss: 0.1 }, [100, 100, 100, 100, 100, 100, 10], []],
    ['there are no limits', {}, [100, 0], []],
  ])('when %s', (_, limits, counts, stopped) => {
    const stops = stopsOf(steps(...counts), { limits, isOnce: true });
    expect(stops.map(({ step }) => step)).toEqual(stopped);
  });

  it('is for nobody only where nobody can come any more', () => {
    expect(stopsOf(steps(0), { isOnce: true })).toMatchObject([{ step: 'matched' }]);
    expect(stopsOf(steps(0), { isOnce: false })).toEqual([]);
  });
});

describe('the cost of a pre-flight', () => {
  const prices = pricesSchema.parse({ sms: { LV: 0.05 } });

  it('scales what was counted to what will be sent', () => {
    const tally = new Map();
    for (let at = 0; at < 40; at += 1) countMessage(tally, { channel: 'email' });
    expect(costOf(tally, { prices, messages: 40 })).toMatchObject({ amount: '0.004', exact: true });
    expect(costOf(tally, { prices, messages: 400 })).toMatchObject({
      amount: '0.04',
      exact: false,
    });
  });

  it('takes the parts of rendered text messages for those of the others', () => {
    const tally = new Map();
    const country = 'LV';
    countMessage(tally, { channel: 'sms', country, parts: 1 });
    countMessage(tally, { channel: 'sms', country, parts: 2 });
    countMessage(tally, { channel: 'sms', country });
    countMessage(tally, { channel: 'sms', country });
    expect(costOf(tally, { prices, messages: 4 })).toEqual({
      amount: '0.3',
      currency: 'USD',
      perMessage: '0.075',
      unpriced: {},
      exact: false,
    });
  });

  it('is nothing for nobody', () => {
    expect(costOf(new Map(), { prices, messages: 0 })).toMatchObject({
      amount: '0',
      perMessage: '0',
      exact: true,
    });
  });
});

describe('an approval', () => {
  it.each([
    [undefined, undefined, false],
    [{ aboveAudience: 0 }, undefined, true],
    [{ aboveAudience: 0 }, 0, true],
    [{ aboveAudience: 10 }, undefined, null],
    [{ aboveAudience: 10 }, 10, false],
    [{ aboveAudience: 10 }, 11, true],
  ])('by the policy %j for %s people is required: %s', (approval, audience, required) => {
    expect(isApprovalRequired({ approval }, audience)).toBe(required);
  });

  it('is for templates, segments and the endpoint as they were', () => {
    const named = {
      templates: [{ id: 'a', version: 1 }],
      segments: [{ id: 'a', version: 4 }],
      endpoint: { id: 'crm', url: 'https://crm.example.com' },
    };
    const approvedAs = standingOf(named);
    expect(changedSinceApproval({ approvedAs }, standingOf(named))).toEqual([]);
    const other = { ...named, segments: [{ id: 'a', version: 5 }] };
    expect(changedSinceApproval({ approvedAs }, standingOf(other))).toEqual(['segment "a"']);
    const endpoint = { id: 'crm', url: 'https://evil.example.com' };
    const diverted = standingOf({ ...named, endpoint });
    expect(changedSinceApproval({ approvedAs }, diverted)).toEqual(['webhook "crm"']);
    const all = ['template "a"', 'segment "a"', 'webhook "crm"'];
    expect(changedSinceApproval({}, approvedAs)).toEqual(all);
  });
});

describe('an impossible time', () => {
  const fault = (schedule: Parameters<typeof scheduleFault>[0]) =>
    scheduleFault(schedule, { now, companyTimeZone: 'Europe/Riga' })?.path;

  it.each([
    [{ at: '2027-03-28T03:30' }, 'schedule.at'],
    [{ at: '2027-03-28T03:30', timeZone: 'UTC' }, undefined],
    [{ at: '2027-03-28T03:30', timeZone: 'recipient' }, undefined],
    [{ at: '2027-10-31T03:30' }, undefined],
    [{ at: '2027-03-28T02:59' }, undefined],
    [{ at: '2027-03-28T04:00:30' }, undefined],
    [{ cron: '30 3 28 3 ? 2027' }, 'schedule.cron'],
    [{ cron: '30 3 28 3 ? 2027', timeZone: 'UTC' }, undefined],
    [{ cron: '30 3 28 3 ? *' }, undefined],
    [{ cron: '0 9 31 2 ? *' }, 'schedule.cron'],
    [{ cron: '0 9 1 1 ? 2020' }, 'schedule.cron'],
    [{ on: 'Order Completed', repeat: 'each' as const }, undefined],
  ])('is refused at its path: %j', (schedule, path) => {
    expect(fault(schedule)).toBe(path);
  });
});
