import { isoInstant } from '../../shared/domain/time/instant.ts';
import { type Table, Throttled } from '../../shared/ports/table.ts';
import { getEpoch, saveEpoch } from '../../shared/stores/epochs.ts';

const maxTries = 10;

/**
 * Takes the data left behind out of the life they were in: a deployment that goes back to them, because
 * it does not know of the restored tables, finds them foreign and pauses every campaign instead of
 * sending what the others have sent. Data that were never in a life (no campaign ever ran) stay.
 */
export async function leaveTables(left: Table, now: number): Promise<void> {
  for (let attempt = 1; attempt <= maxTries; attempt += 1) {
    const found = await getEpoch(left);
    if (found === undefined || found.epoch.startsWith(leftWord)) return;
    const at = isoInstant(now);
    const epoch = {
      epoch: `${leftWord} ${at}`,
      adoptedAt: at,
      adoption: undefined,
      revision: found.revision + 1,
    };
    if ((await saveEpoch(left, epoch)) !== undefined) return;
  }
  throw new Throttled('The tables before are still worked on: give the command again.');
}

/** No function's epoch begins so: theirs begin with the configured word and name the tables. */
const leftWord = '(left)';
