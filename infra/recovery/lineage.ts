import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type EachTable, eachTableLater, tableNames } from './table-names.ts';
import { putTags, type Tags, tagsOf } from './table-work.ts';

/** Where restored tables come from and how far their restore has come: told by tags on them. */
export type Lineage = {
  /** The tables that were in use when these were restored: what was written since lies there. */
  readonly replaces: EachTable<string>;
  /** The instant restored to, ISO; of a backup, the earliest its three parts can be of. */
  readonly restoredTo: string;
  readonly carried: string | undefined;
  readonly isResumed: boolean;
};

const key = {
  replaces: 'perennial:replaces',
  restoredTo: 'perennial:restored-to',
  carried: 'perennial:carried',
  resumed: 'perennial:resumed',
} as const;

/** The tags of one restored table; what went before is not taken over from the table it was restored from. */
export const lineageTags = (replaces: string, restoredTo: number): Tags => ({
  [key.replaces]: replaces,
  [key.restoredTo]: new Date(restoredTo).toISOString(),
});

export const isLineageTag = (name: string): boolean => name.startsWith('perennial:');

/** The lineage of three tables; undefined: they were not restored. */
export async function lineageOf(
  client: DynamoDBClient,
  tables: EachTable<string>,
): Promise<Lineage | undefined> {
  const tags = await eachTableLater((name) => tagsOf(client, tables[name]));
  const { [key.restoredTo]: restoredTo, [key.carried]: carried } = tags.marketing;
  if (restoredTo === undefined) return undefined;
  const replaces = await eachTableLater(async (name) => tags[name][key.replaces] ?? '');
  if (tableNames.some((name) => replaces[name] === '')) return undefined;
  return { replaces, restoredTo, carried, isResumed: tags.marketing[key.resumed] !== undefined };
}

export const noteCarried = (
  client: DynamoDBClient,
  tables: EachTable<string>,
  mode: string,
): Promise<void> => putTags(client, tables.marketing, { [key.carried]: mode });

export const noteResumed = (
  client: DynamoDBClient,
  tables: EachTable<string>,
  at: number,
): Promise<void> =>
  putTags(client, tables.marketing, { [key.resumed]: new Date(at).toISOString() });
