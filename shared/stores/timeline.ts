import { z } from 'zod';
import type { TimelineEntry } from '../domain/profiles/timeline-entry.ts';
import type { Put, Table } from '../ports/table.ts';

/**
 * `timeline`: partition = person, sort = `<occurredAt>#<entry id>`. Read by person and range of time,
 * in either direction; appended in the transaction that changes the profile. Its stream feeds the bus.
 */
const itemSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  type: z.string(),
  recordedAt: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export function timelineItem(entry: TimelineEntry): Put['item'] {
  const { id, profileId, type, occurredAt, recordedAt, data } = entry;
  // The data came through JSON and holds nothing that JSON does not.
  const storable = data as Record<string, never>;
  return { pk: profileId, sk: `${occurredAt}#${id}`, type, recordedAt, data: storable };
}

/** The write of a new entry; `once` refuses it when it already stands (entries with an id of their own making). */
export const timelineEntry = (entry: TimelineEntry, options?: { readonly once: true }): Put => ({
  kind: 'put',
  table: 'timeline',
  item: timelineItem(entry),
  ...(options?.once === true && { when: { absent: true } as const }),
});

/** Reads an item of the table or of its stream. */
export function parseTimelineItem(item: unknown): TimelineEntry {
  const { pk, sk, type, recordedAt, data } = itemSchema.parse(item);
  const hash = sk.indexOf('#');
  return {
    id: sk.slice(hash + 1),
    profileId: pk,
    type,
    occurredAt: sk.slice(0, hash),
    recordedAt,
    data,
  };
}

export type TimelineQuery = {
  /** First and last instant, ISO, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly after?: string | null;
  readonly limit?: number;
  readonly descending?: boolean;
};

/** One page of a person's timeline, strongly consistent. */
export async function queryTimeline(
  table: Table,
  profileId: string,
  query: TimelineQuery = {},
): Promise<{ readonly entries: readonly TimelineEntry[]; readonly after: string | null }> {
  const { from, to, ...rest } = query;
  const page = await table.query('timeline', {
    pk: profileId,
    consistent: true,
    ...rest,
    ...(from !== undefined && { from }),
    // `$` stands behind `#` in the order of bytes: all entries of the last instant are included.
    ...(to !== undefined && { to: `${to}$` }),
  });
  return { entries: page.items.map(parseTimelineItem), after: page.after };
}

/** All of a person's entries in a range of time, page by page. */
export async function* timelineEntries(
  table: Table,
  profileId: string,
  query: Omit<TimelineQuery, 'after'> = {},
): AsyncGenerator<TimelineEntry> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queryTimeline>> = await queryTimeline(table, profileId, {
      ...query,
      after,
    });
    yield* page.entries;
    after = page.after;
  } while (after !== null);
}

/** One of several parallel parts of everybody's timeline, a page at a time. */
export async function* scanTimeline(
  table: Table,
  part: { readonly segment: number; readonly segments: number },
): AsyncGenerator<readonly TimelineEntry[]> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['scan']>> = await table.scan('timeline', {
      ...part,
      after,
    });
    yield page.items.map(parseTimelineItem);
    after = page.after;
  } while (after !== null);
}
