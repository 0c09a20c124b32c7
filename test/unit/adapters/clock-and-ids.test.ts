import { decodeTime } from 'ulid';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../shared/adapters/embedded/clock.ts';
import { systemIds } from '../../../shared/adapters/embedded/ids.ts';

const start = Date.UTC(2027, 2, 8, 10);

describe('a virtual clock', () => {
  it('stands still until it is set', () => {
    const clock = new VirtualClock(start);
    expect(clock.now()).toBe(start);
    clock.set(start + 1);
    expect(clock.now()).toBe(start + 1);
  });

  it('never goes backwards', () => {
    const clock = new VirtualClock(start);
    expect(() => clock.set(start - 1)).toThrow(RangeError);
    expect(() => clock.set(Number.NaN)).toThrow(RangeError);
    expect(clock.now()).toBe(start);
  });
});

describe('ids', () => {
  it('are ULIDs that carry the time and stand in the order in which they were asked for', () => {
    const clock = new VirtualClock(start);
    const ids = systemIds(clock);
    const made: string[] = [];
    for (let ms = 0; ms < 5; ms += 1) {
      clock.set(start + ms);
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
    const ids = systemIds({ now: () => now });
    const first = ids.next();
    now -= 1_000;
    expect(ids.next() > first).toBe(true);
  });

  it('cannot be guessed from a neighbour of the same millisecond', () => {
    const ids = systemIds(new VirtualClock(start));
    const made = Array.from({ length: 50 }, () => ids.next());
    const shared = made.slice(1).map((id, index) => {
      const previous = made[index] ?? '';
      return Array.from(id).findIndex((digit, place) => digit !== previous[place]);
    });
    // A step of one would change the last of the 26 characters, this one about the last ten.
    expect(Math.max(...shared)).toBeLessThan(20);
  });

  it('come with secrets of 32 random bytes', () => {
    const ids = systemIds(new VirtualClock(start));
    expect(Buffer.from(ids.secret(), 'base64url')).toHaveLength(32);
    expect(ids.secret()).not.toBe(ids.secret());
  });
});
