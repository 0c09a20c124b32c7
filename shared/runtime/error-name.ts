/** What a log may say of an error: its words may quote an address. */
export const nameOf = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

/** Where it was thrown: function names, files and lines, never what it said. */
export const framesOf = (error: unknown): readonly string[] =>
  error instanceof Error
    ? (error.stack ?? '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 8)
    : [];
