import type { Item, Put, Table } from '../ports/table.ts';

/** How long a client's message id is remembered; a repeat after that is recorded anew. */
const markerDays = 35;

const prefix = 'marker#';

const keyOf = (source: string, messageId: string) => ({
  pk: `${prefix}${source}#${messageId}`,
  sk: '-',
});

/**
 * Markers in `marketing`: pk `marker#<source>#<message id>`, put absent in the transaction that records
 * the message, so that it is recorded once however often it is delivered.
 */
export const markerPut = (source: string, messageId: string, now: number): Put => ({
  kind: 'put',
  table: 'marketing',
  item: {
    ...keyOf(source, messageId),
    expiresAt: Math.ceil(now / 1000) + markerDays * 86_400,
  },
  when: { absent: true },
});

/** Whether a message is recorded, and wholly so. */
export const isRecorded = async (
  table: Pick<Table, 'get'>,
  source: string,
  messageId: string,
): Promise<boolean> => (await table.get('marketing', keyOf(source, messageId))) !== undefined;

/**
 * The markers among a page of `marketing` that were put at an instant (ms) or later, to be put into
 * tables that were restored to it: what is still on its way, or is sent again, is then known there.
 */
export const markersSince = (items: readonly Item[], since: number): readonly Put[] =>
  items
    .filter(
      ({ pk, expiresAt }) =>
        pk.startsWith(prefix) &&
        typeof expiresAt === 'number' &&
        expiresAt >= Math.ceil(since / 1000) + markerDays * 86_400,
    )
    .map((item) => ({ kind: 'put', table: 'marketing', item, when: { absent: true } }));
