import * as z from 'zod';
import { expiryOf, type TimelineEntry } from '../domain/profiles/timeline-entry.ts';
import { InvalidRequest, type Item, type Put, type Table } from '../ports/table.ts';

/**
 * `timeline`: sort = `<occurredAt>#<entry id>`, in two partitions per person. Read by person and range
 * of time, in either direction; appended in the transaction that changes the profile. Its stream feeds
 * the bus.
 * - `<person>`: what the person did and what became of them.
 * - `<person>#messages`: what they were sent and what came of it, to be found among any number of events.
 */
const itemSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  type: z.string(),
  recordedAt: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const messagesSuffix = '#messages';

const partitionOf = ({ profileId, type }: Pick<TimelineEntry, 'profileId' | 'type'>): string =>
  type.startsWith('message.') ? `${profileId}${messagesSuffix}` : profileId;

const profileIdOf = (pk: string): string =>
  pk.endsWith(messagesSuffix) ? pk.slice(0, -messagesSuffix.length) : pk;

export function timelineItem(entry: TimelineEntry): Put['item'] {
  const { id, profileId, type, occurredAt, recordedAt, data } = entry;
  // The data came through JSON and holds nothing that JSON does not.
  const storable = data as Record<string, never>;
  const pk = partitionOf({ profileId, type });
  return { pk, sk: `${occurredAt}#${id}`, type, recordedAt, data: storable };
}

/**
 * The write of a new entry; `once` refuses it when it already stands (entries with an id of their own
 * making). `timelineDays`: how long what a person did is kept; undefined: for ever.
 */
export const timelineEntry = (
  entry: TimelineEntry,
  options: { readonly once?: true; readonly timelineDays?: number | undefined } = {},
): Put => ({
  kind: 'put',
  table: 'timeline',
  item: { ...timelineItem(entry), expiresAt: expiryOf(entry, options.timelineDays) },
  ...(options.once === true && { when: { absent: true } as const }),
});

/** Reads an item of the table or of its stream. */
export function parseTimelineItem(item: unknown): TimelineEntry {
  const { pk, sk, type, recordedAt, data } = itemSchema.parse(item);
  const hash = sk.indexOf('#');
  return {
    id: sk.slice(hash + 1),
    profileId: profileIdOf(pk),
    type,
    occurredAt: sk.slice(0, hash),
    recordedAt,
    data,
  };
}

export type TimelineRange = {
  /** First and last instant, ISO, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly descending?: boolean;
};

/** `$` stands behind `#` in the order of bytes: all entries of the last instant are included. */
const keyRange = ({ from, to, descending }: TimelineRange) => ({
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to: `${to}$` }),
  ...(descending !== undefined && { descending }),
});

/** One page of all that stands on a person's timeline, of both partitions in one order; strongly consistent. */
export async function queryTimeline(
  table: Table,
  profileId: string,
  query: TimelineRange & { readonly after?: string | null; readonly limit?: number } = {},
): Promise<{ readonly entries: readonly TimelineEntry[]; readonly after: string | null }> {
  const { after = null, limit = 1000, descending = false } = query;
  const range = keyRange(query);
  // The cursor is the sort key that the page before ended with: sort keys of a person differ.
  if (after !== null && !/^\d[^#]*#./.test(after)) throw new InvalidRequest('No cursor of ours.');
  const behind = after === null ? range : { ...range, [descending ? 'to' : 'from']: after };
  const heads = await Promise.all(
    [profileId, `${profileId}${messagesSuffix}`].map((pk) =>
      headOf(table, { ...behind, pk, consistent: true, limit: limit + 1 }, after),
    ),
  );
  const isBefore = (a: string, b: string): boolean => (descending ? a > b : a < b);
  const byOrder = (a: Item, b: Item): number => (isBefore(keyOf(a), keyOf(b)) ? -1 : 1);
  // Behind the end of a partition's unfinished page nobody knows what stands between.
  const ends = heads.flatMap(({ items, isWhole }) => (isWhole ? [] : keyOf(items.at(-1))));
  const known = heads
    .flatMap(({ items }) => items)
    .filter((item) => !ends.some((end) => isBefore(end, keyOf(item))))
    .sort(byOrder);
  const shown = known.slice(0, limit);
  const isLast = ends.length === 0 && shown.length === known.length;
  return {
    entries: shown.map(parseTimelineItem),
    after: isLast ? null : keyOf(shown.at(-1)),
  };
}

const keyOf = (item: Item | undefined): string => item?.sk ?? '';

/** The first items of a partition but `after`, at least one unless there is none: pages may be empty. */
async function headOf(
  table: Table,
  query: Parameters<Table['query']>[1],
  after: string | null,
): Promise<{ readonly items: readonly Item[]; readonly isWhole: boolean }> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['query']>> = await table.query('timeline', {
      ...query,
      after: cursor,
    });
    const items = page.items.filter(({ sk }) => sk !== after);
    if (items.length > 0) return { items, isWhole: page.after === null };
    cursor = page.after;
  } while (cursor !== null);
  return { items: [], isWhole: true };
}

/** All that a person did in a range of time, page by page; messages to them are left out. */
export const personEntries = (
  table: Table,
  profileId: string,
  range: TimelineRange = {},
): AsyncGenerator<TimelineEntry> => entriesOf(table, profileId, range);

/** All about the messages to a person in a range of time, page by page. */
export const messageEntries = (
  table: Table,
  profileId: string,
  range: TimelineRange = {},
): AsyncGenerator<TimelineEntry> => entriesOf(table, `${profileId}${messagesSuffix}`, range);

async function* entriesOf(
  table: Table,
  pk: string,
  range: TimelineRange,
): AsyncGenerator<TimelineEntry> {
  const query = { pk, consistent: true, ...keyRange(range) };
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['query']>> = await table.query('timeline', {
      ...query,
      after,
    });
    yield* page.items.map(parseTimelineItem);
    after = page.after;
  } while (after !== null);
}

/** One of several parallel parts of everybody's timeline; `after` continues behind a page. */
export type TimelinePart = {
  readonly segment: number;
  readonly segments: number;
  readonly after: string | null;
};

/** A part of everybody's timeline, a page at a time, each with where to go on. */
export async function* scanTimeline(
  table: Table,
  { after: start, ...part }: TimelinePart,
): AsyncGenerator<{ readonly entries: readonly TimelineEntry[]; readonly after: string | null }> {
  let after = start;
  do {
    const page: Awaited<ReturnType<Table['scan']>> = await table.scan('timeline', {
      ...part,
      after,
    });
    yield { entries: page.items.map(parseTimelineItem), after: page.after };
    after = page.after;
  } while (after !== null);
}
