import fc from 'fast-check';
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
    // Nights that are longer by half an hour, in zones that are ahead by quarters and by halves.
    ['on Lord Howe', night, '2026-04-04T12:00:00Z', 'Australia/Lord_Howe', '2026-04-04T22:30:00Z'],
    ['in Kathmandu', night, '2026-01-10T15:15:00Z', 'Asia/Kathmandu', '2026-01-11T03:15:00Z'],
    ['on Chatham', night, '2026-09-26T12:00:00Z', 'Pacific/Chatham', '2026-09-26T19:15:00Z'],
    // Midnights that do not exist: on 6 September in Santiago, on 29 March in Beirut.
    [
      'ending at a midnight that is skipped',
      { from: '18:00', to: '00:00' },
      '2026-09-06T02:00:00Z',
      'America/Santiago',
      '2026-09-06T04:00:00Z',
    ],
    ['over no midnight', night, '2026-03-28T21:30:00Z', 'Asia/Beirut', '2026-03-29T06:00:00Z'],
    [
      'beginning in what is skipped',
      { from: '00:30', to: '02:00' },
      '2026-03-28T22:00:00Z',
      'Asia/Beirut',
      '2026-03-28T23:00:00Z',
    ],
    [
      'altogether within what is skipped',
      { from: '00:15', to: '00:45' },
      '2026-03-28T22:00:00Z',
      'Asia/Beirut',
      undefined,
    ],
    // An hour that comes twice: on 25 October Beirut goes from midnight back to 23:00, Riga from 04:00 to 03:00.
    ['over an hour twice', night, '2026-10-24T20:30:00Z', 'Asia/Beirut', '2026-10-25T07:00:00Z'],
    [
      'that end before the clock goes back, the first time',
      { from: '22:00', to: '03:30' },
      '2026-10-25T00:15:00Z',
      'Europe/Riga',
      '2026-10-25T00:30:00Z',
    ],
    [
      'that end before the clock goes back, the second time',
      { from: '22:00', to: '03:30' },
      '2026-10-25T01:15:00Z',
      'Europe/Riga',
      '2026-10-25T01:30:00Z',
    ],
    [
      'that the clock leaves as it goes back',
      { from: '03:30', to: '06:00' },
      '2026-10-25T00:45:00Z',
      'Europe/Riga',
      '2026-10-25T01:00:00Z',
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

/** Days on which clocks are changed, by zone; the Greenwich of them all never does. */
const changes: readonly (readonly [string, readonly string[]])[] = [
  ['UTC', ['2026-03-29']],
  ['Europe/Riga', ['2026-03-29', '2026-10-25']],
  ['America/Santiago', ['2026-04-05', '2026-09-06']],
  ['Asia/Beirut', ['2026-03-29', '2026-10-25']],
  ['America/Havana', ['2026-03-08', '2026-11-01']],
  ['Australia/Lord_Howe', ['2026-04-05', '2026-10-04']],
  ['Pacific/Chatham', ['2026-04-05', '2026-09-27']],
  ['America/St_Johns', ['2006-04-02', '2006-10-29', '2026-03-08', '2026-11-01']],
  ['Asia/Kathmandu', ['2026-03-29']],
  ['Pacific/Apia', ['2011-12-30']],
];

const clocks = new Map(
  changes.map(([timeZone]) => [
    timeZone,
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }),
  ]),
);

/** A plain recount, minute by minute, by the clock that the platform shows. */
function firstLoudMinute(
  { from, to }: { readonly from: string; readonly to: string },
  now: number,
  timeZone: string,
): number | undefined {
  for (let at = now; ; at += 60_000) {
    const shown = clocks.get(timeZone)?.format(at) ?? '';
    const isQuiet = from < to ? from <= shown && shown < to : from <= shown || shown < to;
    if (!isQuiet) return at === now ? undefined : at;
  }
}

describe('the end of quiet hours', () => {
  it('is what a plain recount of every minute finds, on days when clocks are changed', () => {
    const aClock = fc
      .record({ hour: fc.nat(23), minute: fc.constantFrom(0, 1, 15, 29, 30, 45, 59) })
      .map(({ hour, minute }) =>
        [hour, minute].map((part) => String(part).padStart(2, '0')).join(':'),
      );
    const aPlace = fc
      .constantFrom(...changes)
      .chain(([timeZone, days]) => fc.tuple(fc.constant(timeZone), fc.constantFrom(...days)));
    const property = fc.property(
      fc.record({ from: aClock, to: aClock }).filter(({ from, to }) => from !== to),
      aPlace,
      fc.integer({ min: -30 * 60, max: 30 * 60 }),
      (hours, [timeZone, day], minutes) => {
        const now = Date.parse(`${day}T00:00:00Z`) + minutes * 60_000;
        expect(quietHoursEnd(hours, now, timeZone)).toBe(firstLoudMinute(hours, now, timeZone));
      },
    );
    fc.assert(property, { numRuns: 600 });
  });
});
