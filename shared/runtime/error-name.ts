/** An error whose words hold ids, paths and reasons only: they may reach a log. */
export class Tellable extends Error {}

/** What a log may say of an error: its words may quote an address. */
export const nameOf = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

/** Where it was thrown: function names, files and lines, never what it said, were it written like a frame. */
export const framesOf = (error: unknown): readonly string[] =>
  error instanceof Error
    ? (error.stack ?? '')
        .replace(error.message, () => '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 8)
    : [];
