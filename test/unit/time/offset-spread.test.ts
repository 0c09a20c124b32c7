import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDuration, durationIn, parseDuration } from '../../../shared/domain/time/duration.ts';
import { offsetAt, offsetSpread } from '../../../shared/domain/time/zone.ts';

const dayMs = 86_400_000;
const zones = ['Europe/Riga', 'Pacific/Apia', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];

describe('the spread of offsets in a span of time', () => {
  it.each<[string, string, string, number]>([
    ['Europe/Riga', '2024-01-01', '2026-01-01', 1],
    ['Australia/Lord_Howe', '2024-01-01', '2026-01-01', 0.5],
    ['Pacific/Apia', '2011-06-01', '2012-06-01', 25],
    ['Asia/Kathmandu', '2024-01-01', '2026-01-01', 0],
    ['UTC', '1900-01-01', '2100-01-01', 0],
  ])('of %s from %s to %s is %d hours', (zone, from, to, hours) => {
    expect(offsetSpread(Date.parse(from), Date.parse(to), zone)).toBe(hours * 3_600_000);
  });

  it('is never less than what two instants of it differ by', () => {
    const instants = fc.integer({ min: Date.UTC(1950, 0), max: Date.UTC(2050, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, instants, (zone, one, other) => {
        const spread = offsetSpread(Math.min(one, other), Math.max(one, other), zone);
        const difference = Math.abs(offsetAt(one, zone) - offsetAt(other, zone));
        expect(spread).toBeGreaterThanOrEqual(difference);
      }),
    );
  });
});

describe('a duration in UTC', () => {
  it('has its days as lengths and moves every instant as before', () => {
    const duration = parseDuration('P1M2W3DT4H');
    const inUtc = durationIn(duration, 'UTC');
    expect(inUtc).toEqual({ months: 1, days: 0, ms: 17 * dayMs + 4 * 3_600_000 });
    expect(durationIn(duration, 'Europe/Riga')).toBe(duration);
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 13 }), (at) => {
        expect(addDuration(at, inUtc, 'UTC')).toBe(addDuration(at, duration, 'UTC'));
      }),
    );
  });
});
