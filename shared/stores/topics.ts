import * as z from 'zod';
import type { Table } from '../ports/table.ts';

/** Topics of consent in `marketing`: pk `topic`, sk topic id; few, read as a list and one by id. */
const topicSchema = z.object({ sk: z.string(), name: z.string(), createdAt: z.string() });
export type Topic = { readonly id: string; readonly name: string; readonly createdAt: string };

const parseTopic = (item: unknown): Topic => {
  const { sk: id, name, createdAt } = topicSchema.parse(item);
  return { id, name, createdAt };
};

export async function putTopic(table: Table, { id: sk, name, createdAt }: Topic): Promise<void> {
  await table.write({
    kind: 'put',
    table: 'marketing',
    item: { pk: 'topic', sk, name, createdAt },
  });
}

export async function getTopic(table: Table, id: string): Promise<Topic | undefined> {
  const item = await table.get('marketing', { pk: 'topic', sk: id });
  return item === undefined ? undefined : parseTopic(item);
}

export async function listTopics(
  table: Table,
  after: string | null,
): Promise<{ readonly topics: readonly Topic[]; readonly after: string | null }> {
  const read = await table.query('marketing', { pk: 'topic', after, limit: 100, consistent: true });
  return { topics: read.items.map(parseTopic), after: read.after };
}
