import * as z from 'zod';
import { type Problem, unprocessableField } from '../problem.ts';

/** `after`: the cursor of the page before; empty or absent: the start. */
export const listQuerySchema = z.strictObject({ after: z.string().max(4096).optional() });

/** The cursor for a store; null at the start. */
export const cursorOf = (query: { readonly after?: string | undefined }): string | null =>
  query.after === undefined || query.after === '' ? null : query.after;

/** The cursor is none that this list has given. */
export const wrongCursor = (): Problem =>
  unprocessableField('after', 'is not a cursor of this list: leave it out to start anew');

/** Characters of JSON of one page: an answer may have 6 MB, and each row has more to show than is stored. */
const pageCharacters = 1_000_000;

/** A page of what lies in memory in order of id, which is the cursor; at least one row. */
export function pageById<Row extends { readonly id: string }>(
  rows: readonly Row[],
  after: string | null,
): { readonly rows: readonly Row[]; readonly after: string | null } {
  const rest = after === null ? rows : rows.filter(({ id }) => id > after);
  let characters = 0;
  const end = rest.findIndex((row, index) => {
    characters += JSON.stringify(row).length;
    return index > 0 && characters > pageCharacters;
  });
  if (end < 0) return { rows: rest, after: null };
  return { rows: rest.slice(0, end), after: rest[end - 1]?.id ?? null };
}

/** A cursor over several partitions: which one, and where in it. */
export type ShardCursor = { readonly shard: number; readonly after: string | null };

export const writeShardCursor = ({ shard, after }: ShardCursor): string =>
  Buffer.from(JSON.stringify([shard, after])).toString('base64url');

const shardCursorSchema = z.tuple([z.int().min(0), z.string().nullable()]);

export function readShardCursor(text: string | null): ShardCursor {
  if (text === null) return { shard: 0, after: null };
  try {
    const json: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const [shard, after] = shardCursorSchema.parse(json);
    return { shard, after };
  } catch {
    throw wrongCursor();
  }
}
