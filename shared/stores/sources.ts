import * as z from 'zod';
import { canarySource } from '../domain/canary/canary.ts';
import { type Key, type Page, type Table, Throttled, type Write } from '../ports/table.ts';
import { allItems } from './all-items.ts';

/**
 * Sources and their write keys, in `marketing`.
 * - `source` / source id: the list and one by id.
 * - `write-key#<sha-256>` / `-`, and `write-key#<sha-256>#<copy>` / `-`: whose key it is, one of them read
 *   per request: a partition answers 3 000 strongly consistent reads a second, and a shop may have one key.
 * - `source-keys#<source id>` / key id: the keys of a source, to list and to revoke.
 */
const sourceSchema = z.object({ sk: z.string(), name: z.string(), createdAt: z.string() });
export type Source = { readonly id: string; readonly name: string; readonly createdAt: string };

/** A key as it can be shown: its first characters, never the key. */
export type SourceKey = { readonly id: string; readonly createdAt: string };

const toSource = (item: unknown): Source => {
  const { sk: id, name, createdAt } = sourceSchema.parse(item);
  return { id, name, createdAt };
};

export async function putSource(table: Table, source: Source): Promise<void> {
  const { id: sk, name, createdAt } = source;
  await table.write({
    kind: 'put',
    table: 'marketing',
    item: { pk: 'source', sk, name, createdAt },
  });
}

export async function getSource(table: Table, id: string): Promise<Source | undefined> {
  const item = await table.get('marketing', { pk: 'source', sk: id });
  return item === undefined ? undefined : toSource(item);
}

export async function listSources(
  table: Table,
  after: string | null,
): Promise<{ readonly sources: readonly Source[]; readonly after: string | null }> {
  const page: Page = await table.query('marketing', {
    pk: 'source',
    after,
    limit: 100,
    consistent: true,
  });
  return { sources: page.items.map(toSource), after: page.after };
}

/** How often a key's owner is stored: all copies come and go in one transaction. Fewer would orphan some. */
export const keyCopies = 8;

const copyOf = (hash: string, copy: number): Key & { readonly sk: string } => ({
  pk: copy === 0 ? `write-key#${hash}` : `write-key#${hash}#${copy}`,
  sk: '-',
});

const copiesOf = (hash: string) =>
  Array.from({ length: keyCopies }, (_, copy) => copyOf(hash, copy));

const ownerPut = (key: Key, source: string): Write => ({
  kind: 'put',
  table: 'marketing',
  item: { ...key, source },
});

const keyIdOf = (keyHash: string): string => keyHash.slice(0, 16);

/** Stores the hash of a new key; the key itself is shown once and kept nowhere. Answers the key's id. */
export async function addSourceKey(
  table: Table,
  key: { readonly source: string; readonly hash: string; readonly createdAt: string },
): Promise<string> {
  const id = keyIdOf(key.hash);
  const { source, hash, createdAt } = key;
  await writeAll(table, [
    ...copiesOf(hash).map((key) => ownerPut(key, source)),
    {
      kind: 'put',
      table: 'marketing',
      item: { pk: `source-keys#${source}`, sk: id, hash, createdAt },
    },
  ]);
  return id;
}

/** The canary's key alone: its source is in no list, and nobody can revoke what stands under no source. */
export async function putCanaryKey(table: Table, hash: string): Promise<void> {
  await writeAll(
    table,
    copiesOf(hash).map((key) => ownerPut(key, canarySource)),
  );
}

/** A key that was not stored must never be shown: what is contended is to be asked for again. */
async function writeAll(table: Table, writes: readonly Write[]): Promise<void> {
  const result = await table.transact(writes);
  if (result.kind !== 'written') throw new Throttled('A write key stays contended.');
}

const keySchema = z.object({ sk: z.string(), hash: z.string(), createdAt: z.string() });

export async function listSourceKeys(table: Table, source: string): Promise<readonly SourceKey[]> {
  const items = await allItems(table, { pk: `source-keys#${source}`, consistent: true });
  return items.map((item) => {
    const { sk: id, createdAt } = keySchema.parse(item);
    return { id, createdAt };
  });
}

/** Whether the source had a key of this id; it works no more. */
export async function removeSourceKey(table: Table, source: string, id: string): Promise<boolean> {
  const key = { pk: `source-keys#${source}`, sk: id };
  const item = await table.get('marketing', key);
  if (item === undefined) return false;
  const { hash } = keySchema.parse(item);
  await writeAll(table, [
    ...copiesOf(hash).map((copy): Write => ({ kind: 'delete', table: 'marketing', key: copy })),
    { kind: 'delete', table: 'marketing', key },
  ]);
  return true;
}

const ownerSchema = z.object({ source: z.string() });

/**
 * Strongly consistent: a key works from the moment it is shown, and no longer than it stands. `copy`: any
 * from 0 to below `keyCopies`, another for each request.
 */
export async function findSourceOfKey(
  table: Table,
  hash: string,
  copy: number,
): Promise<string | undefined> {
  const item = await table.get('marketing', copyOf(hash, copy));
  if (item !== undefined) return ownerSchema.parse(item).source;
  // A key that was made before there were copies has only the first.
  return copy === 0 ? undefined : findSourceOfKey(table, hash, 0);
}
