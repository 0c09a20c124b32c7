import * as z from 'zod';
import type { Table, WriteResult } from '../ports/table.ts';

/**
 * Emails of the days of a warm-up, in `marketing`, kept for 120 days.
 * - `warm-up#<company's day>` / `<counter>`: a day's few counters in one query; a conditional write per call.
 */
const partition = (date: string): string => `warm-up#${date}`;
const keyOf = (date: string, counter: number) => ({ pk: partition(date), sk: String(counter) });
const keptSeconds = 120 * 24 * 60 * 60;

const rowSchema = z.object({
  sk: z.string(),
  emails: z.number(),
  revision: z.int(),
});

export type WarmUpCount = { readonly emails: number; readonly revision: number };

/** A day's counters, strongly consistent, by number. */
export async function getWarmUpCounts(
  table: Table,
  date: string,
): Promise<ReadonlyMap<number, WarmUpCount>> {
  const counts = new Map<number, WarmUpCount>();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['query']>> = await table.query('marketing', {
      pk: partition(date),
      consistent: true,
      after,
    });
    for (const item of page.items) {
      const { sk, ...count } = rowSchema.parse(item);
      counts.set(Number(sk), count);
    }
    after = page.after;
  } while (after !== null);
  return counts;
}

type Place = { readonly date: string; readonly counter: number };

/** Counts emails that are about to go, on top of the count that was read. */
export const takeWarmUp = (
  table: Table,
  { date, counter }: Place,
  change: {
    readonly before: WarmUpCount | undefined;
    readonly emails: number;
    readonly now: number;
  },
): Promise<WriteResult> => {
  const { before = { emails: 0, revision: 0 }, emails, now } = change;
  return table.write({
    kind: 'put',
    table: 'marketing',
    item: {
      ...keyOf(date, counter),
      emails: before.emails + emails,
      revision: before.revision + 1,
      expiresAt: Math.floor(now / 1000) + keptSeconds,
    },
    when:
      before.revision === 0 ? { absent: true } : { attribute: 'revision', equals: before.revision },
  });
};

/** Counts emails whatever the limit, or gives back (a negative number) what did not go. */
export const addWarmUp = (
  table: Table,
  { date, counter }: Place,
  change: { readonly emails: number; readonly now: number },
): Promise<WriteResult> =>
  table.write({
    kind: 'update',
    table: 'marketing',
    key: keyOf(date, counter),
    add: { emails: change.emails, revision: 1 },
    set: { expiresAt: Math.floor(change.now / 1000) + keptSeconds },
  });
