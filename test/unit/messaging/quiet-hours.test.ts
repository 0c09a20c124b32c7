import { describe, expect, it } from 'vitest';
import { quietHoursEnd, quietHoursSchema } from '../../../shared/domain/messaging/quiet-hours.ts';

const night = { from: '21:00', to: '09:00' };
const lunch = { from: '12:00', to: '13:30' };

describe('quiet hours', () => {
  it.each([
    // Over midnight.
    ['before the night', night, '2026-01-10T18:59:59.999Z', 'Europe/Riga', undefined],
    ['as the night begins', night, '2026-01-10T19:00:00Z', 'Europe/Riga', '2026-01-11T07:00:00Z'],
    ['after midnight', night, '2026-01-10T23:30:00Z', 'Europe/Riga', '2026-01-11T07:00:00Z'],
    [
      'just before it ends',
      night,
      '2026-01-11T06:59:59.999Z',
      'Europe/Riga',
      '2026-01-11T07:00:00Z',
    ],
    ['as it ends', night, '2026-01-11T07:00:00Z', 'Europe/Riga', undefined],
    // Within a day.
    ['at noon', lunch, '2026-01-10T12:00:00Z', 'UTC', '2026-01-10T13:30:00Z'],
    ['after lunch', lunch, '2026-01-10T13:30:00Z', 'UTC', undefined],
    ['at noon elsewhere', lunch, '2026-01-10T12:00:00Z', 'Asia/Tokyo', undefined],
    // Clocks that change: on 29 March 03:00 becomes 04:00 in Riga, on 25 October 04:00 becomes 03:00.
    ['in a short night', night, '2026-03-28T22:00:00Z', 'Europe/Riga', '2026-03-29T06:00:00Z'],
    ['in a long night', night, '2026-10-24T22:00:00Z', 'Europe/Riga', '2026-10-25T07:00:00Z'],
    [
      'ending in the hour that is skipped',
      { from: '22:00', to: '03:30' },
      '2026-03-29T00:30:00Z',
      'Europe/Riga',
      '2026-03-29T01:00:00Z',
    ],
    ['before 1970', night, '1969-12-31T23:00:00Z', 'UTC', '1970-01-01T09:00:00Z'],
  ])('%s', (_, hours, now, timeZone, end) => {
    const found = quietHoursEnd(hours, Date.parse(now), timeZone);
    expect(found).toBe(end === undefined ? undefined : Date.parse(end));
  });

  it('refuses a day that is all quiet and times that do not exist', () => {
    expect(quietHoursSchema.safeParse({ from: '09:00', to: '09:00' }).success).toBe(false);
    expect(quietHoursSchema.safeParse({ from: '24:00', to: '09:00' }).success).toBe(false);
  });
});
