import * as z from 'zod';
import { shardOf } from '../domain/identity/hash.ts';
import { isMemberBy, type Mark, parseMark } from '../domain/segments/membership.ts';
import type { Item, Table, Write } from '../ports/table.ts';

/**
 * Member rows in `marketing`: pk `member#<segment>#<shard>`, sk profile id. Written in the transaction
 * that decides membership, so an audience is never stale; read page by page, shard by shard. `mark` as
 * in domain/segments/membership.ts, `zone` the person's own time zone, if any; `movedAt` when it last
 * changed while they were a member.
 */
export const memberShards = 16;

const memberSchema = z.object({
  sk: z.string(),
  mark: z.string(),
  zone: z.string().optional(),
  movedAt: z.string().optional(),
});

export type MemberRow = {
  readonly profileId: string;
  readonly zone: string | undefined;
  /** ISO; undefined: the zone has not changed since the person came in. */
  readonly movedAt: string | undefined;
};

/** Where a member is by the clock. */
type Place = { readonly zone: string | undefined; readonly movedAt?: string };

const partition = (segment: string, shard: number): string => `member#${segment}#${shard}`;

export function memberWrite(
  profileId: string,
  change: { readonly segment: string; readonly mark: string | undefined },
  { zone, movedAt }: Place,
): Write {
  const key = { pk: partition(change.segment, shardOf(profileId, memberShards)), sk: profileId };
  if (change.mark === undefined) return { kind: 'delete', table: 'marketing', key };
  const item: Item = { ...key, mark: change.mark, zone, movedAt };
  return { kind: 'put', table: 'marketing', item };
}

/** One page of a shard's rows, members or not, with what their marks say. */
export async function queryMarks(
  table: Table,
  of: { readonly segment: string; readonly shard: number },
  page: { readonly after: string | null; readonly limit: number },
): Promise<{
  readonly rows: readonly { readonly profileId: string; readonly mark: Mark }[];
  readonly after: string | null;
}> {
  const pk = partition(of.segment, of.shard);
  const read = await table.query('marketing', { pk, consistent: true, ...page });
  const rows = read.items.map((item) => {
    const { sk: profileId, mark } = memberSchema.parse(item);
    return { profileId, mark: parseMark(mark) };
  });
  return { rows, after: read.after };
}

/** One page of a shard's members by the version of the segment that serves. */
export async function queryMembers(
  table: Table,
  of: { readonly segment: string; readonly shard: number; readonly serving: number },
  page: { readonly after: string | null; readonly limit?: number },
): Promise<{ readonly members: readonly MemberRow[]; readonly after: string | null }> {
  const read = await table.query('marketing', {
    pk: partition(of.segment, of.shard),
    consistent: true,
    ...page,
  });
  const members = read.items.flatMap((item): MemberRow[] => {
    const { sk: profileId, mark, zone, movedAt } = memberSchema.parse(item);
    return isMemberBy(parseMark(mark), of.serving) ? [{ profileId, zone, movedAt }] : [];
  });
  return { members, after: read.after };
}

/** How many members a segment has: its rows, counted; undefined when there was no time for all of them. */
export async function countMembers(
  table: Table,
  { segment, serving }: { readonly segment: string; readonly serving: number },
  hasTime: () => boolean = () => true,
): Promise<number | undefined> {
  let isWhole = true;
  const counts = await Promise.all(
    Array.from({ length: memberShards }, async (_, shard) => {
      let count = 0;
      let after: string | null = null;
      do {
        isWhole &&= hasTime();
        if (!isWhole) return count;
        const page: Awaited<ReturnType<typeof queryMembers>> = await queryMembers(
          table,
          { segment, shard, serving },
          { after },
        );
        count += page.members.length;
        after = page.after;
      } while (after !== null);
      return count;
    }),
  );
  return isWhole ? counts.reduce((sum, count) => sum + count, 0) : undefined;
}
