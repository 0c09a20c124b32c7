import * as z from 'zod';
import { shardOf } from '../domain/identity/hash.ts';
import { listMark, type StaticList } from '../domain/lists/static-list.ts';
import type { ListChangeMessage } from '../domain/lists/static-list-message.ts';
import type { Put, Table, Write } from '../ports/table.ts';
import { shards } from './shards.ts';

/**
 * Who is in static lists, in `marketing`; the lists themselves are definitions, see segments.ts.
 * - `listed#<id>@<version>#<shard>` / profile id: a person's row, written in the transaction that changes
 *   the person; read page by page, shard by shard. `at` is the upload that said so; `out` marks somebody
 *   who was taken out, kept as long as an older upload may still be on its way.
 * - `list-uploads` / `<id>@<version>`: when people were last put in and taken out.
 */
const rowSchema = z.object({
  sk: z.string(),
  at: z.string(),
  out: z.literal(true).optional(),
});

/** What the last upload that named a person said. */
export type ListRow = { readonly at: string; readonly isIn: boolean };

/** Longer than a queue keeps a message. */
const uploadDays = 15;
const expiryOf = (now: number): number => Math.ceil(now / 1000) + uploadDays * 86_400;

type ListKey = Pick<StaticList, 'id' | 'version'>;

const partition = (list: ListKey, shard: number): string => `listed#${listMark(list)}#${shard}`;
const keyOf = (list: ListKey, profileId: string) => ({
  pk: partition(list, shardOf(profileId, shards)),
  sk: profileId,
});

/** The rows of these people in a list, by profile id; strongly consistent. */
export async function getListRows(
  table: Table,
  list: ListKey,
  profileIds: readonly string[],
): Promise<ReadonlyMap<string, ListRow>> {
  if (profileIds.length === 0) return new Map();
  const keys = profileIds.map((id) => keyOf(list, id));
  const items = await table.batchGet('marketing', keys);
  return new Map(
    items.map((item) => {
      const { sk, at, out } = rowSchema.parse(item);
      return [sk, { at, isIn: out === undefined }];
    }),
  );
}

/** A person's row as an upload has it, unless another upload came in between. */
export function listRowPut(
  list: ListKey,
  profileId: string,
  row: ListRow & { readonly before: ListRow | undefined; readonly now: number },
): Put {
  const { at, isIn, before, now } = row;
  return {
    kind: 'put',
    table: 'marketing',
    item: { ...keyOf(list, profileId), at, ...(!isIn && { out: true, expiresAt: expiryOf(now) }) },
    when: before === undefined ? { absent: true } : { attribute: 'at', equals: before.at },
  };
}

/** One page of the people in a shard of a list. */
export async function queryListed(
  table: Table,
  of: { readonly list: ListKey; readonly shard: number },
  page: { readonly after: string | null; readonly limit?: number },
): Promise<{ readonly rows: readonly string[]; readonly after: string | null }> {
  const pk = partition(of.list, of.shard);
  const read = await table.query('marketing', { pk, consistent: true, ...page });
  const rows = read.items.map((item) => rowSchema.parse(item));
  return {
    rows: rows.filter(({ out }) => out === undefined).map(({ sk }) => sk),
    after: read.after,
  };
}

/** How many people are in a list: its rows, counted. */
export async function countListed(table: Table, list: ListKey): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: shards }, async (_, shard) => {
      let count = 0;
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof queryListed>> = await queryListed(
          table,
          { list, shard },
          { after },
        );
        count += page.rows.length;
        after = page.after;
      } while (after !== null);
      return count;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Deletes the rows of a list that is gone, a page at a time, as long as there is time; false: there are more. */
export async function clearListed(
  table: Table,
  list: ListKey,
  hasTime: () => boolean,
): Promise<boolean> {
  for (let shard = 0; shard < shards; shard += 1) {
    let after: string | null = null;
    do {
      if (!hasTime()) return false;
      const pk = partition(list, shard);
      const page: Awaited<ReturnType<Table['query']>> = await table.query('marketing', {
        pk,
        after,
        consistent: true,
        limit: 100,
      });
      const deletes = page.items.map((item): Write => {
        const { sk } = rowSchema.parse(item);
        return { kind: 'delete', table: 'marketing', key: { pk, sk } };
      });
      await Promise.all(deletes.map((one) => table.write(one)));
      after = page.after;
    } while (after !== null);
  }
  await table.write({ kind: 'delete', table: 'marketing', key: uploadsKey(list) });
  return true;
}

const uploadsKey = (list: ListKey) => ({ pk: 'list-uploads', sk: listMark(list) });
const uploadsSchema = z.object({ add: z.string().optional(), remove: z.string().optional() });

/**
 * Notes an upload before its messages are sent. Answers whether the opposite was asked for so lately that
 * it may still be on its way.
 */
export async function noteUpload(
  table: Table,
  list: ListKey,
  upload: Pick<ListChangeMessage, 'change'> & { readonly now: number },
): Promise<boolean> {
  const { change, now } = upload;
  const key = uploadsKey(list);
  const at = new Date(now).toISOString();
  const set = { [change]: at, expiresAt: expiryOf(now) };
  await table.write({ kind: 'update', table: 'marketing', key, set });
  const item = await table.get('marketing', key);
  const { add, remove } = uploadsSchema.parse(item ?? {});
  const opposite = change === 'add' ? remove : add;
  return opposite !== undefined && Date.parse(opposite) > now - uploadDays * 86_400_000;
}
