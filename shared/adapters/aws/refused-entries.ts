import { setTimeout as sleep } from 'node:timers/promises';

/** What a batch call refused: the entries to try again, and the service's reason for the message of the error. */
export type Refusal<Entry> = { readonly entry: Entry; readonly reason: string };

const attempts = 4;
const firstPauseMs = 50;

/**
 * Calls until every entry is accepted: batch APIs answer 200 and refuse single entries. What stays
 * refused throws, because a message that is not stored must not be forgotten.
 */
export async function acceptAll<Entry>(
  entries: readonly Entry[],
  call: (entries: readonly Entry[]) => Promise<readonly Refusal<Entry>[]>,
): Promise<void> {
  let refused = await call(entries);
  for (let attempt = 1; attempt < attempts && refused.length > 0; attempt += 1) {
    await sleep(firstPauseMs * 2 ** attempt);
    refused = await call(refused.map((refusal) => refusal.entry));
  }
  if (refused.length > 0) {
    const reasons = [...new Set(refused.map((refusal) => refusal.reason))].join('; ');
    throw new Error(`${refused.length} of ${entries.length} entries were not accepted: ${reasons}`);
  }
}
