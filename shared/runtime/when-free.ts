import type { Clock } from '../ports/clock.ts';
import { Throttled } from '../ports/table.ts';

const maxTries = 9;
const maxPauseMs = 500;

/**
 * Does what the tables may be too busy for, again and again over some seconds: a queue would try again
 * many minutes later. The work must be such that it can be done twice.
 */
export async function whenFree<Answer>(work: () => Promise<Answer>, clock: Clock): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Throttled) || tries === maxTries) throw error;
      await clock.sleep(Math.min(maxPauseMs, 2 ** tries * 25));
    }
  }
}
