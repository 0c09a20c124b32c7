import { describe, expect, it } from 'vitest';
import { lastWholeDay, nextMidnight } from '../../../shared/domain/time/midnight.ts';

const iso = (instant: number) => new Date(instant).toISOString();

describe('the next midnight', () => {
  it.each([
    ['UTC', '2026-11-25T12:00:00Z', '2026-11-26T00:00:00.000Z'],
    ['UTC', '2026-11-25T23:59:59.999Z', '2026-11-26T00:00:00.000Z'],
    // At a midnight the next one is a day away.
    ['UTC', '2026-11-26T00:00:00Z', '2026-11-27T00:00:00.000Z'],
    ['UTC', '2028-02-28T08:00:00Z', '2028-02-29T00:00:00.000Z'],
    // Riga goes from +2 to +3 in the night to 29 March 2026: that day has 23 hours.
    ['Europe/Riga', '2026-03-28T12:00:00Z', '2026-03-28T22:00:00.000Z'],
    ['Europe/Riga', '2026-03-28T22:00:00Z', '2026-03-29T21:00:00.000Z'],
    // Back on 25 October: that day has 25 hours.
    ['Europe/Riga', '2026-10-24T12:00:00Z', '2026-10-24T21:00:00.000Z'],
    ['Europe/Riga', '2026-10-24T21:00:00Z', '2026-10-25T22:00:00.000Z'],
    // 15 October 2017 had no midnight in Sao Paulo: it began at one.
    ['America/Sao_Paulo', '2017-10-14T12:00:00Z', '2017-10-15T03:00:00.000Z'],
    ['America/Sao_Paulo', '2017-10-15T03:00:00Z', '2017-10-16T02:00:00.000Z'],
    // At the end of 17 February 2018 its clock went from midnight back to 23:00.
    ['America/Sao_Paulo', '2018-02-18T01:59:59Z', '2018-02-18T03:00:00.000Z'],
    ['America/Sao_Paulo', '2018-02-18T02:30:00Z', '2018-02-18T03:00:00.000Z'],
    // Havana's clock showed midnight twice on 1 November 2026: the day began at the first.
    ['America/Havana', '2026-11-01T03:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['America/Havana', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00.000Z'],
    // In St John's a minute of 29 October 2006 had passed when the 28th had its last hour once more.
    ['America/St_Johns', '2006-10-28T12:00:00Z', '2006-10-29T02:30:00.000Z'],
    ['America/St_Johns', '2006-10-29T03:00:00Z', '2006-10-30T03:30:00.000Z'],
    // Samoa had no 30 December 2011.
    ['Pacific/Apia', '2011-12-29T20:00:00Z', '2011-12-30T10:00:00.000Z'],
  ])('in %s after %s is %s', (timeZone, now, expected) => {
    expect(iso(nextMidnight(Date.parse(now), timeZone))).toBe(expected);
  });

  it.each(['Europe/Riga', 'America/Sao_Paulo', 'America/Havana', 'Pacific/Apia', 'Asia/Kathmandu'])(
    'comes once for every day of thirty years in %s',
    (timeZone) => {
      const dates: string[] = [];
      let now = Date.parse('1995-01-01T00:00:00Z');
      while (now < Date.parse('2025-01-01T00:00:00Z')) {
        now = nextMidnight(now, timeZone);
        dates.push(lastWholeDay(now, timeZone).date);
      }
      const left = timeZone === 'Pacific/Apia' ? '2011-12-30' : '';
      const days = Array.from({ length: dates.length + 1 }, (_, day) =>
        new Date(Date.parse(`${dates[0]}T00:00:00Z`) + day * 86_400_000).toISOString().slice(0, 10),
      ).filter((day) => day !== left);
      expect(dates).toEqual(days.slice(0, dates.length));
      expect(dates.length).toBeGreaterThan(10_950);
    },
  );
});

describe('the last whole day', () => {
  it.each([
    ['UTC', '2026-11-26T00:00:00Z', '2026-11-25', '2026-11-26T00:00:00.000Z'],
    ['UTC', '2026-11-26T15:00:00Z', '2026-11-25', '2026-11-26T00:00:00.000Z'],
    ['UTC', '2028-03-01T00:00:00Z', '2028-02-29', '2028-03-01T00:00:00.000Z'],
    ['Europe/Riga', '2026-03-29T21:00:00Z', '2026-03-29', '2026-03-29T21:00:00.000Z'],
    ['Europe/Riga', '2026-10-25T21:59:59Z', '2026-10-24', '2026-10-24T21:00:00.000Z'],
    ['America/Sao_Paulo', '2017-10-15T03:00:00Z', '2017-10-14', '2017-10-15T03:00:00.000Z'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-29', '2011-12-30T10:00:00.000Z'],
  ])('in %s at %s is %s, over since %s', (timeZone, now, date, endedAt) => {
    const day = lastWholeDay(Date.parse(now), timeZone);
    expect({ ...day, endedAt: iso(day.endedAt) }).toEqual({ date, endedAt });
  });
});
