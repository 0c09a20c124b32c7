import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  sharesOf,
  warmUpDay,
  warmUpRoom,
} from '../../../shared/domain/messaging/pace/warm-up-room.ts';

const warmUp = { from: '2026-11-25', curve: [50, 100] };
const on = (instant: string, timeZone = 'Europe/Riga') =>
  warmUpDay(warmUp, Date.parse(instant), timeZone);

describe('the days of a warm-up', () => {
  it.each([
    ['before it', '2026-11-24T21:59:59Z', undefined],
    ['the first, from the company’s midnight on', '2026-11-24T22:00:00Z', 50],
    ['the second', '2026-11-25T22:00:00Z', 100],
    ['after the last: no limit', '2026-11-26T22:00:00Z', undefined],
  ])('%s', (_, instant, limit) => {
    expect(on(instant)?.limit).toBe(limit);
  });

  it('end at the company’s midnight', () => {
    expect(on('2026-11-25T12:00:00Z')).toEqual({
      date: '2026-11-25',
      limit: 50,
      nextAt: Date.parse('2026-11-25T22:00:00Z'),
    });
  });

  it('are none without a warm-up', () => {
    expect(warmUpDay(undefined, Date.parse('2026-11-25T12:00:00Z'), 'UTC')).toBeUndefined();
  });
});

describe('the room of a day', () => {
  it('is cut into counters that add up to it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (limit) => {
        const shares = sharesOf(limit);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(limit);
        expect(shares.length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('is handed out to the last email and never beyond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 50 }),
        (limit, wanted) => {
          const counts = new Map<number, number>();
          let taken = 0;
          for (;;) {
            const room = warmUpRoom(limit, counts, wanted);
            if (room === undefined) break;
            counts.set(room.counter, (counts.get(room.counter) ?? 0) + room.messages);
            taken += room.messages;
            if (taken > limit) break;
          }
          expect(taken).toBe(limit);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is less by what transactional emails have taken beyond the share of their counter', () => {
    const counts = new Map([[0, 1_900]]);
    expect(sharesOf(2_000)).toEqual([1_000, 1_000]);
    expect(warmUpRoom(2_000, counts, 500)).toEqual({ counter: 1, messages: 100 });
    expect(warmUpRoom(2_000, new Map([[0, 2_500]]), 500)).toBeUndefined();
  });
});
