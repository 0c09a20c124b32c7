import type { Put } from '../ports/table.ts';

/** How long a client's message id is remembered; a repeat after that is recorded anew. */
const markerDays = 35;

/**
 * Markers in `marketing`: pk `marker#<source>#<message id>`, put absent in the transaction that records
 * the message, so that it is recorded once however often it is delivered.
 */
export const markerPut = (source: string, messageId: string, now: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: {
    pk: `marker#${source}#${messageId}`,
    sk: '-',
    expiresAt: Math.ceil(now / 1000) + markerDays * 86_400,
  },
  when: { absent: true },
});
