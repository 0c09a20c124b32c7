import { describe, expect, it } from 'vitest';
import type { Clock } from '../../shared/ports/clock.ts';

/** What every clock does, whether it goes or stands still. */
export const clockSuite = (name: string, open: () => Clock): void => {
  describe(`a clock: ${name}`, () => {
    it('tells whole milliseconds since 1970, and never earlier than before', () => {
      const clock = open();
      const told = Array.from({ length: 100 }, () => clock.now());
      expect(told.every((instant) => Number.isInteger(instant))).toBe(true);
      expect(told).toEqual(told.toSorted((one, other) => one - other));
      expect(new Date(clock.now()).getUTCFullYear()).toBeGreaterThan(2025);
    });

    it.each([0, 1, 20])('lets others go on while somebody waits for %i ms', async (ms) => {
      const clock = open();
      const gone: string[] = [];
      const work = async (): Promise<void> => {
        for (let step = 0; step < 1_000; step += 1) await Promise.resolve();
        gone.push('the other');
      };
      await Promise.all([clock.sleep(ms).then(() => gone.push('who waited')), work()]);
      expect(gone).toEqual(['the other', 'who waited']);
    });

    it('wakes those first who wait for less', async () => {
      const clock = open();
      const awake: number[] = [];
      const sleeps = [100, 5, 30].map((ms) => clock.sleep(ms).then(() => awake.push(ms)));
      await Promise.all(sleeps);
      expect(awake).toEqual([5, 30, 100]);
    });
  });
};
