import type { TableName } from '../../shared/ports/table.ts';
import type { RestoreSource } from './recovery-options.ts';

export const tableNames = ['profiles', 'timeline', 'marketing'] as const satisfies TableName[];

/** Something for each of the three tables. */
export type EachTable<Value> = Readonly<Record<TableName, Value>>;

export const eachTable = <Value>(make: (name: TableName) => Value): EachTable<Value> => ({
  profiles: make('profiles'),
  timeline: make('timeline'),
  marketing: make('marketing'),
});

/** The same, where making takes time; each after the other has been begun. */
export async function eachTableLater<Value>(
  make: (name: TableName) => Promise<Value>,
): Promise<EachTable<Value>> {
  const [profiles, timeline, marketing] = await Promise.all([
    make('profiles'),
    make('timeline'),
    make('marketing'),
  ]);
  return { profiles, timeline, marketing };
}

/**
 * The names restored tables get: they tell what they were restored to, so that a command given again
 * finds what it has begun. `Perennial-profiles-20261120T100000`.
 */
export function restoredNames(stack: string, source: RestoreSource): EachTable<string> {
  const what =
    source.kind === 'backup'
      ? `backup-${source.name}`
      : `${compact(source.at)}${source.ofOwn ? '-own' : ''}`;
  return eachTable((name) => `${stack}-${name}-${what}`);
}

const compact = (at: number): string =>
  new Date(at).toISOString().replaceAll(/[-:]/g, '').slice(0, 15);

/** What a backup of one table is called among all of the account's. */
export const backupNameOf = (stack: string, name: string, table: TableName): string =>
  `${stack}.${name}.${table}`;
