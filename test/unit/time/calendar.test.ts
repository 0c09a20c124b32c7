import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { nextLocalTime, startOfDay } from '../../../shared/domain/time/calendar.ts';
import {
  addDuration,
  durationSchema,
  maxDays,
  maxMs,
  minMs,
  parseDuration,
  subtractDuration,
} from '../../../shared/domain/time/duration.ts';
import { isoInstant, parseInstant } from '../../../shared/domain/time/instant.ts';
import {
  fromLocal,
  isTimeZone,
  offsetAt,
  personTimeZone,
} from '../../../shared/domain/time/zone.ts';

const iso = (text: string): number => Date.parse(text);
const zones = fc.constantFrom(
  'UTC',
  'Europe/Riga',
  'America/New_York',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'America/Havana',
);
const instants = fc.oneof(
  fc.integer({ min: iso('1900-01-01'), max: iso('2090-01-01') }),
  fc
    .tuple(
      fc.constantFrom(
        '2026-03-29',
        '2026-10-25',
        '2026-03-08',
        '2026-11-01',
        '2011-12-30',
        '2024-02-29',
      ),
      fc.integer({ min: -2000, max: 2000 }),
    )
    .map(([day, minutes]) => iso(day) + minutes * 60_000),
);
const at = (instant: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);

describe('a written instant', () => {
  it.each([
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.25+02:00', '2026-11-21T08:00:00.250Z'],
    ['2026-11-21T10:00', '2026-11-21T08:00:00.000Z'],
    ['2026-07-21T10:00:30', '2026-07-21T07:00:30.000Z'],
    ['2026-03-08', '2026-03-07T22:00:00.000Z'],
    ['2024-02-29', '2024-02-28T22:00:00.000Z'],
    ['2026-03-29T03:30', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25T03:30', '2026-10-25T00:30:00.000Z'],
  ])('%s is in Riga %s', (text, expected) => {
    expect(isoInstant(parseInstant(text, 'Europe/Riga') ?? 0)).toBe(expected);
  });

  it.each([
    '2026-02-29',
    '2026-13-01',
    '1795000000',
    '',
    'soon',
    '2026-11-21T25:00Z',
    '2026-1-1',
    '2026-11-21T10:00:00+99:00',
  ])('%s is none', (text) => {
    expect(parseInstant(text, 'Europe/Riga')).toBeUndefined();
  });
});

describe('a time zone', () => {
  it('is an IANA name and nothing else', () => {
    expect(['Europe/Riga', 'UTC', 'America/New_York'].every(isTimeZone)).toBe(true);
    expect(['+02:00', 'Mars/Olympus', '', 'person', 7].some(isTimeZone)).toBe(false);
  });

  it('of a person without one is the company zone', () => {
    expect(personTimeZone('Asia/Tokyo', 'Europe/Riga')).toBe('Asia/Tokyo');
    expect(personTimeZone('Tokyo', 'Europe/Riga')).toBe('Europe/Riga');
    expect(personTimeZone(undefined, 'Europe/Riga')).toBe('Europe/Riga');
  });

  it('has the offsets, local times and days that Temporal has', () => {
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const zoned = at(instant, zone);
        expect(offsetAt(instant, zone)).toBe(zoned.offsetNanoseconds / 1e6);
        const local = Temporal.Instant.fromEpochMilliseconds(instant)
          .toZonedDateTimeISO('UTC')
          .toPlainDateTime();
        expect(fromLocal(instant, zone)).toBe(local.toZonedDateTime(zone).epochMilliseconds);
        const day = Math.floor(instant / 86_400_000);
        expect(startOfDay(day, zone)).toBe(
          local.toPlainDate().toZonedDateTime(zone).epochMilliseconds,
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a duration', () => {
  it.each([
    ['P1M', '2026-01-31T10:00:00Z', '2026-02-28T10:00:00.000Z'],
    ['P1M', '2028-01-31T10:00:00Z', '2028-02-29T10:00:00.000Z'],
    ['P4Y', '2024-02-29T10:00:00Z', '2028-02-29T10:00:00.000Z'],
    ['P1Y', '2024-02-29T10:00:00Z', '2025-02-28T10:00:00.000Z'],
    ['P1D', '2026-03-28T10:00:00Z', '2026-03-29T09:00:00.000Z'],
    ['PT24H', '2026-03-28T10:00:00Z', '2026-03-29T10:00:00.000Z'],
    ['P1D', '2026-10-24T10:00:00Z', '2026-10-25T11:00:00.000Z'],
    ['P1D', '2026-03-28T01:30:00Z', '2026-03-29T01:30:00.000Z'],
    ['P1Y2M3W4DT5H6M7S', '2026-01-01T00:00:00Z', '2027-03-26T05:06:07.000Z'],
  ])('%s after %s in Riga is %s', (duration, from, expected) => {
    expect(isoInstant(addDuration(iso(from), parseDuration(duration), 'Europe/Riga'))).toBe(
      expected,
    );
  });

  it.each(['P', 'PT', 'P0D', '-P1D', 'P1.5D', 'P1H', 'PT1D', '90', 'P1DT', 'p1d', 'P1001Y'])(
    '%s is none',
    (text) => {
      expect(durationSchema.safeParse(text).success).toBe(false);
    },
  );

  it('is added and taken away as Temporal does, and within its bounds', () => {
    const parts = fc.constantFrom(
      'P1M',
      'P13M',
      'P90D',
      'P1Y',
      'P4Y',
      'P2W',
      'PT36H',
      'P1M2DT3H',
      'P25Y7M',
      'P1Y11M30D',
    );
    fc.assert(
      fc.property(instants, parts, zones, (instant, text, zone) => {
        const duration = parseDuration(text);
        const later = addDuration(instant, duration, zone);
        expect(later).toBe(at(instant, zone).add(text).epochMilliseconds);
        expect(subtractDuration(instant, duration, zone)).toBe(
          at(instant, zone).subtract(text).epochMilliseconds,
        );
        expect(later - instant).toBeGreaterThanOrEqual(minMs(duration));
        expect(later - instant).toBeLessThanOrEqual(maxMs(duration));
        expect(maxMs(duration)).toBeLessThanOrEqual(maxDays(duration) * 86_400_000);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the bounds of a duration', () => {
  it('hold for every day of 140 years', () => {
    for (const text of Array.from({ length: 30 }, (_, months) => `P${months + 1}M`)) {
      const duration = parseDuration(text);
      let least = Number.POSITIVE_INFINITY;
      let most = 0;
      for (let at = iso('1890-01-01'); at < iso('2030-01-01'); at += 86_400_000) {
        const moved = addDuration(at, duration, 'UTC') - at;
        least = Math.min(least, moved);
        most = Math.max(most, moved);
      }
      // A day is left for clock changes, and one for 29 February.
      expect(least - minMs(duration)).toBeGreaterThanOrEqual(86_400_000);
      expect(maxMs(duration) - most).toBeGreaterThanOrEqual(86_400_000);
      expect(maxMs(duration) - minMs(duration)).toBeLessThanOrEqual(most - least + 5 * 86_400_000);
    }
  });
});

describe('the next local time', () => {
  it.each([
    ['an ordinary day', '2026-11-21T10:00:00Z', '21:00', 'Europe/Riga', '2026-11-21T19:00:00.000Z'],
    [
      'already that time',
      '2026-11-21T19:00:00Z',
      '21:00',
      'Europe/Riga',
      '2026-11-21T19:00:00.000Z',
    ],
    [
      'just past it',
      '2026-11-21T19:00:00.001Z',
      '21:00',
      'Europe/Riga',
      '2026-11-22T19:00:00.000Z',
    ],
    [
      'the clock skips it',
      '2026-03-28T22:00:00Z',
      '03:30',
      'Europe/Riga',
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'the clock reads it twice',
      '2026-10-24T22:00:00Z',
      '03:30',
      'Europe/Riga',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'the second reading is left',
      '2026-10-25T00:31:00Z',
      '03:30',
      'Europe/Riga',
      '2026-10-25T01:30:00.000Z',
    ],
    [
      'a day that never was',
      '2011-12-30T09:00:00Z',
      '12:00',
      'Pacific/Apia',
      '2011-12-30T10:00:00.000Z',
    ],
  ])('%s: after %s, %s in %s', (_, from, time, zone, expected) => {
    expect(isoInstant(nextLocalTime(iso(from), time, zone))).toBe(expected);
  });
});
