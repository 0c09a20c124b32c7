import { describe, expect, it } from 'vitest';
import { type Case, did, on, turnsOf } from './calendar-case.ts';

const person = { timeZone: 'person' };
const riga = { company: 'Europe/Riga' };
const newYork = { company: 'America/New_York' };
const lordHowe = { company: 'Australia/Lord_Howe' };
const saoPaulo = { company: 'America/Sao_Paulo' };
const apia = { company: 'Pacific/Apia' };
const stJohns = { company: 'America/St_Johns' };
const inAuckland = { ...riga, zone: 'Pacific/Auckland' };
const inHonolulu = { ...riga, zone: 'Pacific/Honolulu' };

const clockChanges: readonly Case[] = [
  {
    name: 'a day over the spring change has 23 hours',
    ...riga,
    rule: did({ within: 'P1D' }),
    orders: ['2025-03-29T10:00:00Z'],
    from: '2025-03-29T10:00:00Z',
    member: true,
    turns: ['2025-03-30T09:00:00.001Z'],
  },
  {
    name: 'and 24 hours over it have 24',
    ...riga,
    rule: did({ within: 'PT24H' }),
    orders: ['2025-03-29T10:00:00Z'],
    from: '2025-03-29T10:00:00Z',
    member: true,
    turns: ['2025-03-30T10:00:00.001Z'],
  },
  {
    name: 'a day to a wall clock that is skipped ends as much later as was skipped',
    ...riga,
    rule: did({ within: 'P1D' }),
    orders: ['2025-03-29T01:30:00Z'],
    from: '2025-03-29T10:00:00Z',
    member: true,
    turns: ['2025-03-30T01:30:00.001Z'],
  },
  {
    name: 'a day over the autumn change has 25 hours',
    ...riga,
    rule: did({ within: 'P1D' }),
    orders: ['2025-10-25T09:00:00Z'],
    from: '2025-10-25T09:00:00Z',
    member: true,
    turns: ['2025-10-26T10:00:00.001Z'],
  },
  {
    name: 'a day to a wall clock that comes twice ends at the first',
    ...riga,
    rule: did({ within: 'P1D' }),
    orders: ['2025-10-25T00:30:00Z'],
    from: '2025-10-25T00:30:00Z',
    member: true,
    turns: ['2025-10-26T00:30:00.001Z'],
  },
  {
    name: 'a month to a skipped wall clock of New York',
    ...newYork,
    rule: did({ within: 'P1M' }),
    orders: ['2025-02-09T07:30:00Z'],
    from: '2025-02-10T00:00:00Z',
    member: true,
    turns: ['2025-03-09T07:30:00.001Z'],
  },
  {
    name: 'older than a day, to a wall clock that New York has twice',
    ...newYork,
    rule: did({ olderThan: 'P1D' }),
    orders: ['2025-11-01T05:30:00Z'],
    from: '2025-11-01T06:00:00Z',
    turns: ['2025-11-02T05:30:00.001Z'],
  },
  {
    name: 'a date is its midnight, and the day after it 23 hours away',
    ...riga,
    rule: on({ within: 'P1D' }),
    day: '2025-03-30',
    from: '2025-03-29T00:00:00Z',
    turns: ['2025-03-29T22:00:00.000Z', '2025-03-30T21:00:00.001Z'],
  },
  {
    name: 'half an hour comes twice on Lord Howe',
    ...lordHowe,
    rule: did({ within: 'P1D' }),
    orders: ['2025-04-04T14:45:00Z'],
    from: '2025-04-04T15:00:00Z',
    member: true,
    turns: ['2025-04-05T14:45:00.001Z'],
  },
  {
    name: 'half an hour is skipped on Lord Howe',
    ...lordHowe,
    rule: did({ within: 'P1D' }),
    orders: ['2025-10-03T15:40:00Z'],
    from: '2025-10-03T16:00:00Z',
    member: true,
    turns: ['2025-10-04T15:40:00.001Z'],
  },
];

const missingMidnights: readonly Case[] = [
  {
    name: 'a birthday begins at 01:00 where midnight is skipped',
    ...saoPaulo,
    rule: on({ anniversary: 'today' }),
    day: '1990-10-15',
    from: '2017-10-01T00:00:00Z',
    turns: ['2017-10-15T03:00:00.000Z', '2017-10-16T02:00:00.000Z'],
  },
  {
    name: 'an age begins there too',
    ...saoPaulo,
    rule: { age: 'day', atLeast: 18 },
    day: '1999-10-15',
    from: '2017-10-01T00:00:00Z',
    turns: ['2017-10-15T03:00:00.000Z'],
  },
  {
    name: 'a date without its midnight is the first instant of its day',
    ...saoPaulo,
    rule: on({ within: 'PT1H' }),
    day: '2017-10-15',
    from: '2017-10-15T00:00:00Z',
    turns: ['2017-10-15T03:00:00.000Z', '2017-10-15T04:00:00.001Z'],
  },
  {
    name: 'a day to a wall clock in that gap',
    ...saoPaulo,
    rule: did({ within: 'P1D' }),
    orders: ['2017-10-14T03:30:00Z'],
    from: '2017-10-14T04:00:00Z',
    member: true,
    turns: ['2017-10-15T03:30:00.001Z'],
  },
  {
    name: 'a birthday of 25 hours, where the hour before midnight comes twice',
    ...saoPaulo,
    rule: on({ anniversary: 'today' }),
    day: '1990-02-17',
    from: '2018-02-01T00:00:00Z',
    turns: ['2018-02-17T02:00:00.000Z', '2018-02-18T03:00:00.000Z'],
  },
  {
    name: 'a birthday goes on where its first minute was followed by the hour before it again',
    ...stJohns,
    rule: on({ anniversary: 'today' }),
    day: '1990-11-07',
    from: '2010-11-01T00:00:00Z',
    turns: ['2010-11-07T02:30:00.000Z', '2010-11-08T03:30:00.000Z'],
  },
  {
    name: 'no birthday in the year in which Samoa skipped the day',
    ...apia,
    rule: on({ anniversary: 'today' }),
    day: '1980-12-30',
    from: '2011-12-01T00:00:00Z',
    turns: ['2012-12-29T10:00:00.000Z', '2012-12-30T10:00:00.000Z'],
  },
  {
    name: 'an age of a skipped day is reached when the next one begins',
    ...apia,
    rule: { age: 'day', equals: 21 },
    day: '1990-12-30',
    from: '2011-12-01T00:00:00Z',
    turns: ['2011-12-30T10:00:00.000Z', '2012-12-29T10:00:00.000Z'],
  },
  {
    name: 'a date that was skipped is the first instant after it',
    ...apia,
    rule: on({ within: 'PT1H' }),
    day: '2011-12-30',
    from: '2011-12-30T00:00:00Z',
    turns: ['2011-12-30T10:00:00.000Z', '2011-12-30T11:00:00.001Z'],
  },
  {
    name: 'a day into the skipped one ends a day later by the clock',
    ...apia,
    rule: did({ within: 'P1D' }),
    orders: ['2011-12-29T20:00:00Z'],
    from: '2011-12-29T21:00:00Z',
    member: true,
    turns: ['2011-12-30T20:00:00.001Z'],
  },
  {
    name: 'as do two days over it',
    ...apia,
    rule: did({ within: 'P2D' }),
    orders: ['2011-12-29T20:00:00Z'],
    from: '2011-12-29T21:00:00Z',
    member: true,
    turns: ['2011-12-30T20:00:00.001Z'],
  },
];

const ownZones: readonly Case[] = [
  {
    name: 'a birthday in Auckland',
    ...inAuckland,
    rule: on({ anniversary: 'today', ...person }),
    day: '1990-06-15',
    from: '2025-06-01T00:00:00Z',
    turns: ['2025-06-14T12:00:00.000Z', '2025-06-15T12:00:00.000Z'],
  },
  {
    name: 'the same birthday in Honolulu',
    ...inHonolulu,
    rule: on({ anniversary: 'today', ...person }),
    day: '1990-06-15',
    from: '2025-06-01T00:00:00Z',
    turns: ['2025-06-15T10:00:00.000Z', '2025-06-16T10:00:00.000Z'],
  },
  {
    name: 'and by the calendar of the company, wherever the person is',
    ...inHonolulu,
    rule: on({ anniversary: 'today' }),
    day: '1990-06-15',
    from: '2025-06-01T00:00:00Z',
    turns: ['2025-06-14T21:00:00.000Z', '2025-06-15T21:00:00.000Z'],
  },
  {
    name: 'a week ahead of it in Auckland, in summer',
    ...inAuckland,
    rule: on({ anniversary: { inNext: 'P7D' }, ...person }),
    day: '1990-01-15',
    from: '2025-01-01T00:00:00Z',
    turns: ['2025-01-07T11:00:00.000Z', '2025-01-14T11:00:00.000Z'],
  },
  {
    name: 'an age is reached on the first millisecond of the birthday in Auckland',
    ...inAuckland,
    rule: { age: 'day', atLeast: 25, atMost: 25, timeZone: 'person' },
    day: '2000-06-15',
    from: '2025-06-01T00:00:00Z',
    turns: ['2025-06-14T12:00:00.000Z', '2026-06-14T12:00:00.000Z'],
  },
  {
    name: 'and 22 hours later in Honolulu',
    ...inHonolulu,
    rule: { age: 'day', atLeast: 25, atMost: 25, timeZone: 'person' },
    day: '2000-06-15',
    from: '2025-06-01T00:00:00Z',
    turns: ['2025-06-15T10:00:00.000Z', '2026-06-15T10:00:00.000Z'],
  },
  {
    name: 'an instant has its birthday on the day it fell on there',
    ...riga,
    rule: on({ anniversary: 'today' }),
    day: '2025-01-31T23:30:00-05:00',
    from: '2025-02-02T00:00:00Z',
    turns: ['2026-01-31T22:00:00.000Z', '2026-02-01T22:00:00.000Z'],
  },
  {
    name: 'a month on the calendar of the person',
    ...inAuckland,
    rule: did({ within: 'P1M', ...person }),
    // 31 March, 23:30 in Auckland, where clocks go back on 6 April.
    orders: ['2025-03-31T10:30:00Z'],
    from: '2025-04-01T00:00:00Z',
    member: true,
    turns: ['2025-04-30T11:30:00.001Z'],
  },
];

describe.each([
  ['clock changes', clockChanges],
  ['midnights that never were, or twice', missingMidnights],
  ['zones of persons', ownZones],
])('%s', (_, cases) => {
  it.each(cases)('$name', (one) => {
    const { found, expected } = turnsOf(one);
    expect(found).toEqual(expected);
  });
});
