import { setTimeout as sleep } from 'node:timers/promises';
import { Throttled } from '../ports/table.ts';

const pausesMs = [20, 100, 400, 1_000];

/** Tries again while the tables are too busy: for what must be written now because it cannot be learnt again. */
export async function insist<Answer>(write: () => Promise<Answer>): Promise<Answer> {
  for (const pauseMs of pausesMs) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      await sleep(pauseMs);
    }
  }
  return write();
}
