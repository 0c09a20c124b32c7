import * as z from 'zod';

/** Partitions over which rows written by many are spread. It must never change: stored keys depend on it. */
export const shards = 16;

const cursorSchema = z.tuple([z.int().min(0).max(shards), z.string().nullable()]);

/** Walks the partitions one after the other until a page is full; the cursor names the partition and the place in it. */
export async function listShards<Row>(
  read: (
    shard: number,
    page: { readonly after: string | null; readonly limit: number },
  ) => Promise<{ readonly rows: readonly Row[]; readonly after: string | null }>,
  page: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly rows: readonly Row[]; readonly after: string | null } | 'wrong-cursor'> {
  const start = parseCursor(page.after);
  if (start === undefined) return 'wrong-cursor';
  let [shard, after] = start;
  const rows: Row[] = [];
  while (shard < shards && rows.length < page.limit) {
    const found = await read(shard, { after, limit: page.limit - rows.length });
    rows.push(...found.rows);
    after = found.after;
    if (after === null) shard += 1;
  }
  return { rows, after: shard < shards ? formatCursor(shard, after) : null };
}

const formatCursor = (shard: number, after: string | null): string =>
  Buffer.from(JSON.stringify([shard, after])).toString('base64url');

function parseCursor(text: string | null): [number, string | null] | undefined {
  if (text === null || text === '') return [0, null];
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
