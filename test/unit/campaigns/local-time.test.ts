import { describe, expect, it } from 'vitest';
import { personPlan, wavesFrom } from '../../../shared/domain/campaigns/run.ts';
import { aDefinition } from './a-campaign.ts';

const planOf = (at: string, timeZone: string) => {
  const schedule = { at, timeZone: 'recipient' };
  const plannedAt = `${at}:00Z`;
  const run = { plannedAt, waves: wavesFrom(schedule, plannedAt, 0), startedWaves: [] };
  return personPlan({ ...run, definition: aDefinition({ schedule }) }, timeZone);
};

describe('a campaign at each person’s own time', () => {
  it.each([
    // Zones that are ahead by halves and by quarters.
    ['2026-11-25T10:00', 'Asia/Kathmandu', '2026-11-25T04:15:00.000Z'],
    ['2026-11-25T10:00', 'Pacific/Chatham', '2026-11-24T20:15:00.000Z'],
    ['2026-11-25T10:00', 'America/St_Johns', '2026-11-25T13:30:00.000Z'],
    // The day on which the clock is changed, and the days around it.
    ['2026-03-28T10:00', 'Europe/Riga', '2026-03-28T08:00:00.000Z'],
    ['2026-03-29T10:00', 'Europe/Riga', '2026-03-29T07:00:00.000Z'],
    ['2026-10-25T10:00', 'Europe/Riga', '2026-10-25T08:00:00.000Z'],
    ['2026-10-04T10:00', 'Australia/Lord_Howe', '2026-10-03T23:00:00.000Z'],
    ['2026-04-05T10:00', 'Australia/Lord_Howe', '2026-04-04T23:30:00.000Z'],
    // A time that the clock skips: as much later as it skips, by half an hour on Lord Howe.
    ['2026-03-29T03:30', 'Europe/Riga', '2026-03-29T01:30:00.000Z'],
    ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['2026-09-06T00:00', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
    ['2026-03-29T00:00', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
    // A time that comes twice: the first one, once.
    ['2026-10-25T03:30', 'Europe/Riga', '2026-10-25T00:30:00.000Z'],
    ['2026-10-24T23:30', 'Asia/Beirut', '2026-10-24T20:30:00.000Z'],
    ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
  ])('at %s goes out in %s at %s', (at, timeZone, expected) => {
    const { plannedAt, wave } = planOf(at, timeZone);
    expect(new Date(plannedAt).toISOString()).toBe(expected);
    // The audience is read at that very instant.
    expect(Date.parse(wave)).toBe(plannedAt);
  });
});
