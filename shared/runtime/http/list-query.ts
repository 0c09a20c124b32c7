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
