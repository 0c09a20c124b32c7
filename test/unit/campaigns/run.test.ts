import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkAfterMinutes,
  firingInstant,
  firingZone,
  isOwnFiring,
  isTooLate,
  parseRunId,
  personPlan,
  plannedAtOf,
  runId,
  wavesFrom,
} from '../../../shared/domain/campaigns/run.ts';
import { wavesOf } from '../../../shared/domain/campaigns/waves.ts';
import { aDefinition } from './a-campaign.ts';

const at = '2027-03-08T10:00';
const own = { at, timeZone: 'recipient' };
const utc = (text: string): number => Date.parse(`${text}Z`);

describe('a run', () => {
  it('is named by campaign and planned instant', () => {
    const id = runId(
      'march-8',
      plannedAtOf({ at, timeZone: 'Europe/Riga' }, utc('2027-03-08T08:00')),
    );
    expect(id).toBe('march-8@2027-03-08T08:00:00Z');
    expect(parseRunId(id)).toEqual({ campaign: 'march-8', plannedAt: '2027-03-08T08:00:00Z' });
    expect(parseRunId('march-8')).toBeUndefined();
  });

  it.each([
    ['the company’s zone', { at }, 'America/New_York', '2027-03-08T15:00'],
    ['its own zone', { at, timeZone: 'Europe/Riga' }, 'America/New_York', '2027-03-08T08:00'],
    ['where the day begins first', own, 'America/New_York', '2027-03-07T20:00'],
  ])('fires in %s', (_, schedule, company, instant) => {
    expect(firingInstant(at, firingZone(schedule, company))).toBe(utc(instant));
  });

  it('for local times is named by the local time, whatever the zone of the firing', () => {
    expect(plannedAtOf(own, utc('2027-03-07T20:00'))).toBe('2027-03-08T10:00:00Z');
  });

  it('takes no firing of an older launch', () => {
    const launch = { launchedAt: '2027-03-01T00:00:00.000Z', companyTimeZone: 'UTC' };
    expect(isOwnFiring({ at }, utc('2027-03-08T10:00'), launch)).toBe(true);
    expect(isOwnFiring({ at }, utc('2027-03-08T09:00'), launch)).toBe(false);
    const cron = { cron: '0 9 * * ? *' };
    expect(isOwnFiring(cron, utc('2027-03-01T09:00'), launch)).toBe(true);
    expect(isOwnFiring(cron, utc('2027-02-28T09:00'), launch)).toBe(false);
  });

  it('is looked at after 1, 2, 4 minutes and then every hour', () => {
    expect([0, 1, 2, 5, 6, 40].map(checkAfterMinutes)).toEqual([1, 2, 4, 32, 60, 60]);
  });
});

describe('waves', () => {
  it('are the instants at which a local time occurs anywhere, from UTC+14 to UTC-12', () => {
    const local = utc('2027-03-08T10:00');
    const waves = wavesOf(local);
    expect(waves[0]).toBe(utc('2027-03-07T20:00'));
    expect(waves.at(-1)).toBe(utc('2027-03-08T22:00'));
    // Kathmandu's three quarters and Delhi's half hour are waves of their own.
    expect(waves).toContain(utc('2027-03-08T04:15'));
    expect(waves).toContain(utc('2027-03-08T04:30'));
    expect(new Set(waves).size).toBe(waves.length);
  });

  it('begin with the one that is due and leave out those before it', () => {
    const firing = utc('2027-03-07T20:00');
    expect(wavesFrom(own, '2027-03-08T10:00:00Z', firing + 900)[0]).toBe('2027-03-07T20:00:00Z');
    const late = wavesFrom(own, '2027-03-08T10:00:00Z', utc('2027-03-08T08:10'));
    expect(late[0]).toBe('2027-03-08T08:00:00Z');
    expect(late[1]).toBe('2027-03-08T09:00:00Z');
  });

  it('are one for all when the campaign has one zone', () => {
    expect(wavesFrom({ at }, '2027-03-08T10:00:00Z', 0)).toEqual(['2027-03-08T10:00:00Z']);
  });

  const run = {
    plannedAt: '2027-03-08T10:00:00Z',
    launchedAt: '2027-03-07T00:00:00.000Z',
    definition: aDefinition({ schedule: own }),
    waves: wavesFrom(own, '2027-03-08T10:00:00Z', 0),
    startedWaves: [] as readonly string[],
  };

  it('give each person their own hour', () => {
    expect(personPlan(run, 'Europe/Riga')).toEqual({
      plannedAt: utc('2027-03-08T08:00'),
      wave: '2027-03-08T08:00:00Z',
    });
  });

  it('take everybody exactly once, whatever has been started already', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    fc.assert(
      fc.property(zones, fc.nat(run.waves.length), (zone, started) => {
        const now = {
          ...run,
          startedWaves: run.waves.slice(0, started),
          waves: run.waves.slice(started),
        };
        const plan = personPlan(now, zone);
        expect(plan).toEqual(personPlan(run, zone));
        expect(run.waves.filter((wave) => wave === plan.wave)).toHaveLength(1);
        expect(Date.parse(plan.wave)).toBe(plan.plannedAt);
      }),
      { numRuns: 200 },
    );
  });

  it('tell those whose hour was gone at launch', () => {
    expect(isTooLate(run, utc('2027-03-06T23:59'))).toBe(true);
    expect(isTooLate(run, utc('2027-03-07T00:00'))).toBe(false);
    expect(isTooLate({ ...run, definition: aDefinition() }, utc('2027-03-06T00:00'))).toBe(false);
  });
});
