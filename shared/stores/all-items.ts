import type { Item, Query, Table } from '../ports/table.ts';

/** All items of a partition of `marketing`, page by page: even a short list may come in several, the first of them empty. */
export async function allItems(
  table: Table,
  query: Omit<Query, 'after' | 'limit'>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Table['query']>> = await table.query('marketing', {
      ...query,
      after,
    });
    items.push(...page.items);
    after = page.after;
  } while (after !== null);
  return items;
}
