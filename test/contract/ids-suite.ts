import { decodeTime } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Ids } from '../../shared/ports/ids.ts';

const start = Date.UTC(2027, 2, 8, 10);

/** What all ids are, whatever throws their dice. */
export const idsSuite = (name: string, open: (clock: Pick<Clock, 'now'>) => Ids): void => {
  describe(`ids: ${name}`, () => {
    it('are ULIDs that carry the time and stand in the order in which they were asked for', () => {
      let now = start;
      const ids = open({ now: () => now });
      const made: string[] = [];
      for (; now < start + 5; now += 1) {
        for (let count = 0; count < 1_000; count += 1) made.push(ids.next());
      }
      expect(made.every((id) => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id))).toBe(true);
      expect(made).toEqual(made.toSorted());
      expect(new Set(made).size).toBe(made.length);
      expect(decodeTime(made.at(0) ?? '')).toBe(start);
      expect(decodeTime(made.at(-1) ?? '')).toBe(start + 4);
    });

    it('stay in order when the machine sets its clock back', () => {
      let now = start;
      const ids = open({ now: () => now });
      const first = ids.next();
      now -= 1_000;
      expect(ids.next() > first).toBe(true);
    });

    it('cannot be guessed from a neighbour of the same millisecond', () => {
      const ids = open({ now: () => start });
      const made = Array.from({ length: 50 }, () => ids.next());
      const shared = made.slice(1).map((id, index) => {
        const previous = made[index] ?? '';
        return Array.from(id).findIndex((digit, place) => digit !== previous[place]);
      });
      // A step of one would change the last of the 26 characters, this one about the last ten.
      expect(Math.max(...shared)).toBeLessThan(20);
    });

    it('come with secrets of 32 random bytes', () => {
      const ids = open({ now: () => start });
      expect(Buffer.from(ids.secret(), 'base64url')).toHaveLength(32);
      expect(ids.secret()).not.toBe(ids.secret());
    });
  });
};
