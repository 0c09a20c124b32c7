import { textTable } from '../commands/text-table.ts';
import type { Account } from './account.ts';
import { deleteBackup, findBackup, listBackups, makeBackup } from './backups.ts';
import type { BackupAction } from './recovery-options.ts';
import { Refused } from './refused.ts';
import { stackParts } from './stack-parts.ts';
import { tableNames } from './table-names.ts';
import type { Surroundings } from './tell.ts';

export type BackupRequest = { readonly action: BackupAction; readonly stack: string };

/** Makes, lists or deletes backups of the three tables; each may be given again. */
export async function backup(
  { action, stack }: BackupRequest,
  account: Account,
  surroundings: Surroundings,
): Promise<void> {
  switch (action.kind) {
    case 'make':
      return make(action, { stack, account, surroundings });
    case 'delete':
      return drop(action, { stack, account, surroundings });
    case 'list':
      return surroundings.tell(await listText(account, stack));
  }
}

type Reach = {
  readonly stack: string;
  readonly account: Account;
  readonly surroundings: Surroundings;
};

async function make(
  { name, isDryRun }: { readonly name: string; readonly isDryRun: boolean },
  { stack, account, surroundings }: Reach,
): Promise<void> {
  const { tell } = surroundings;
  const { inUse: tables } = await stackParts(account.cloudFormation, stack);
  tell(`Backup "${name}" of ${Object.values(tables).join(', ')}`);
  if (isDryRun) return tell('Nothing was changed (--dry-run).');
  const how = await makeBackup(account.dynamo, { stack, name, tables }, surroundings);
  const parts = await findBackup(account.dynamo, { stack, name });
  const first = Math.min(...tableNames.map((table) => parts[table].at));
  tell(`${how === 'made' ? 'Made' : 'It was made before'}, at ${new Date(first).toISOString()}.`);
  tell('It is kept, and paid for, until you delete it (--delete). To go back to it, with --stack,');
  tell('--region and --profile as given here:');
  tell(`  npm run restore -- --backup ${name}`);
}

async function drop(
  { name, isDryRun }: { readonly name: string; readonly isDryRun: boolean },
  { stack, account, surroundings }: Reach,
): Promise<void> {
  const parts = (await listBackups(account.dynamo, stack)).filter((part) => part.name === name);
  if (parts.length === 0) {
    throw new Refused(`There is no backup "${name}": --list tells which are.`);
  }
  for (const { table, of } of parts) surroundings.tell(`  ${table}, of ${of}`);
  if (isDryRun) return surroundings.tell('Nothing was changed (--dry-run).');
  const count = await deleteBackup(account.dynamo, { stack, name });
  surroundings.tell(`Deleted: ${count} parts of "${name}".`);
}

async function listText(account: Account, stack: string): Promise<string> {
  const parts = await listBackups(account.dynamo, stack);
  if (parts.length === 0) return `There are no backups of ${stack}.`;
  const rows = parts
    .toSorted((left, right) => left.at - right.at)
    .map(({ name, table, at, bytes, status, of }) => [
      name,
      table,
      new Date(at).toISOString(),
      bytes === undefined ? '' : Math.ceil(bytes / 1_000_000),
      status,
      of,
    ]);
  return textTable(['name', 'table', 'made at', 'MB', 'state', 'of'], rows);
}
