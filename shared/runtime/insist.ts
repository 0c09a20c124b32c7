import type { Clock } from '../ports/clock.ts';
import { InvalidRequest, Throttled } from '../ports/table.ts';

const busyPausesMs = [20, 100, 400, 1_000];
const brokenPausesMs = [20, 100];

/**
 * Tries again while the tables are too busy or do not answer: for what must be written now because it
 * cannot be learnt again.
 */
export async function insist<Answer>(
  { clock }: { readonly clock: Clock },
  write: () => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      const pauseMs = (error instanceof Throttled ? busyPausesMs : brokenPausesMs)[attempt];
      if (pauseMs === undefined || error instanceof InvalidRequest) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
