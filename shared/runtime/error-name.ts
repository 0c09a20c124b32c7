/** What a log may say of an error: its words may quote an address. */
export const nameOf = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;
