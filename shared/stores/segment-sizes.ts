import * as z from 'zod';
import type { Table, WriteResult } from '../ports/table.ts';

/**
 * How many members a segment had, day by day, in `marketing`:
 * - `size#<segment>` / `YYYY-MM-DD`: one row per day that is over. Written once: the first count of a
 *   night, which is the nearest to midnight, stands. Read newest first from one partition; those of one
 *   day by their keys. A row of about 60 bytes stays for ever, also when the segment is deleted: one made
 *   anew under its id starts behind them (`since`), so a deletion writes nothing here.
 *
 * Counting a million members reads their rows of about 110 bytes consistently, a page of each shard at a
 * time: some 27 000 read units (0.34 cents where a million of them costs 12.5) and 4 to 10 seconds.
 */
const partition = (segment: string): string => `size#${segment}`;

const rowSchema = z.object({ pk: z.string(), sk: z.string(), at: z.string(), size: z.number() });

/** `date`: the day that was over, by the company's calendar; `at`: when its members were counted. */
export type SegmentSize = { readonly date: string; readonly at: string; readonly size: number };

/** Records a day's size; refused when the day has one. */
export const recordSize = (
  table: Table,
  segment: string,
  { date, at, size }: SegmentSize,
): Promise<WriteResult> =>
  table.write({
    kind: 'put',
    table: 'marketing',
    item: { pk: partition(segment), sk: date, at, size },
    when: { absent: true },
  });

/** Those of the segments whose size of a day is recorded. */
export async function sizedOn(
  table: Table,
  date: string,
  segments: readonly string[],
): Promise<ReadonlySet<string>> {
  const keys = segments.map((segment) => ({ pk: partition(segment), sk: date }));
  const items = await table.batchGet('marketing', keys);
  const found = new Set(items.map(({ pk }) => pk));
  return new Set(segments.filter((segment) => found.has(partition(segment))));
}

/** One page of a segment's sizes, newest first, back to the day `since`. */
export async function querySizes(
  table: Table,
  of: { readonly segment: string; readonly since: string },
  page: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly sizes: readonly SegmentSize[]; readonly after: string | null }> {
  const { items, after } = await table.query('marketing', {
    pk: partition(of.segment),
    from: of.since,
    descending: true,
    consistent: true,
    ...page,
  });
  const sizes = items.map((item): SegmentSize => {
    const { sk: date, at, size } = rowSchema.parse(item);
    return { date, at, size };
  });
  return { sizes, after };
}
