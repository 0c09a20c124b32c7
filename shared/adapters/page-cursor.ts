import { InvalidRequest } from '../ports/table.ts';

/** A cursor that callers cannot read anything into: the strings after which a page continues. */
export const writeCursor = (position: readonly string[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * The `length` strings behind a cursor; none when the page is the first one. Cursors travel through
 * clients, so anything may come back.
 */
export const readCursor = (
  cursor: string | null | undefined,
  length: number,
): readonly string[] => {
  if (cursor === null || cursor === undefined) return [];
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch (cause) {
    throw new InvalidRequest('The cursor is not one of ours.', { cause });
  }
  const strings = Array.isArray(position)
    ? position.filter((part) => typeof part === 'string')
    : [];
  if (!Array.isArray(position) || position.length !== length || strings.length !== length) {
    throw new InvalidRequest('The cursor belongs to another kind of page.');
  }
  return strings;
};
