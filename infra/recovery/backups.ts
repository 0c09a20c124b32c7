import {
  type BackupSummary,
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  type ListBackupsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { Refused } from './refused.ts';
import { backupNameOf, type EachTable, eachTableLater, tableNames } from './table-names.ts';
import { type Surroundings, until } from './tell.ts';

/** One table's part of a backup. */
export type BackupPart = {
  readonly name: string;
  readonly table: (typeof tableNames)[number];
  readonly arn: string;
  /** The DynamoDB table it was made of. */
  readonly of: string;
  readonly status: string;
  /** ms */
  readonly at: number;
  readonly bytes: number | undefined;
};

/** All parts of the stack's backups, whatever its tables were called when they were made. */
export async function listBackups(
  client: DynamoDBClient,
  stack: string,
): Promise<readonly BackupPart[]> {
  const parts: BackupPart[] = [];
  let after: string | undefined;
  do {
    const page: ListBackupsCommandOutput = await client.send(
      new ListBackupsCommand({
        BackupType: 'USER',
        ...(after !== undefined && { ExclusiveStartBackupArn: after }),
      }),
    );
    parts.push(...(page.BackupSummaries ?? []).flatMap((summary) => partOf(summary, stack)));
    after = page.LastEvaluatedBackupArn;
  } while (after !== undefined);
  return parts;
}

function partOf(summary: BackupSummary, stack: string): readonly BackupPart[] {
  const full = summary.BackupName ?? '';
  const table = tableNames.find((name) => full.endsWith(`.${name}`));
  if (table === undefined || !full.startsWith(`${stack}.`)) return [];
  const name = full.slice(stack.length + 1, -table.length - 1);
  const { BackupArn: arn, TableName: of, BackupStatus: status = 'unknown' } = summary;
  const at = summary.BackupCreationDateTime?.getTime();
  if (arn === undefined || of === undefined || at === undefined || status === 'DELETED') return [];
  return [{ name, table, arn, of, status, at, bytes: summary.BackupSizeBytes }];
}

/** The three parts of a backup; refuses one that is not there, or not whole. */
export async function findBackup(
  client: DynamoDBClient,
  { stack, name }: { readonly stack: string; readonly name: string },
): Promise<EachTable<BackupPart>> {
  const parts = (await listBackups(client, stack)).filter((part) => part.name === name);
  if (parts.length === 0) {
    throw new Refused(`There is no backup "${name}": "npm run backup -- --list" tells which are.`);
  }
  return eachTableLater(async (table) => {
    const [part, another] = parts.filter((one) => one.table === table);
    if (part !== undefined && another === undefined) return part;
    throw new Refused(
      `The backup "${name}" ${part === undefined ? 'lacks' : 'has two parts of'} ${table}: ` +
        `delete it ("npm run backup -- --delete ${name}").`,
    );
  });
}

/**
 * Saves the three tables, all asked for at once: they are of the same second or the next one. A backup
 * of that name that is whole is left as it is; one that was cut off is of several moments, and refused.
 */
export async function makeBackup(
  client: DynamoDBClient,
  {
    stack,
    name,
    tables,
  }: { readonly stack: string; readonly name: string; readonly tables: EachTable<string> },
  surroundings: Surroundings,
): Promise<'made' | 'was there'> {
  const isKnown = (await listBackups(client, stack)).some((part) => part.name === name);
  const arns = isKnown
    ? await findBackup(client, { stack, name })
    : await eachTableLater((table) =>
        createPart(client, tables[table], backupNameOf(stack, name, table)),
      );
  await until(async () => {
    const states = await eachTableLater((table) => statusOf(client, arns[table].arn));
    return tableNames.filter((table) => states[table] !== 'AVAILABLE').join(', ');
  }, surroundings);
  return isKnown ? 'was there' : 'made';
}

async function createPart(
  client: DynamoDBClient,
  TableName: string,
  BackupName: string,
): Promise<{ readonly arn: string }> {
  const answer = await client.send(new CreateBackupCommand({ TableName, BackupName }));
  const arn = answer.BackupDetails?.BackupArn;
  if (arn === undefined) throw new Error(`DynamoDB does not tell the backup of ${TableName}.`);
  return { arn };
}

async function statusOf(client: DynamoDBClient, arn: string): Promise<string | undefined> {
  const answer = await client.send(new DescribeBackupCommand({ BackupArn: arn }));
  return answer.BackupDescription?.BackupDetails?.BackupStatus;
}

/** Deletes every part under a name; answers how many there were. */
export async function deleteBackup(
  client: DynamoDBClient,
  { stack, name }: { readonly stack: string; readonly name: string },
): Promise<number> {
  const parts = (await listBackups(client, stack)).filter((part) => part.name === name);
  for (const { arn } of parts) await client.send(new DeleteBackupCommand({ BackupArn: arn }));
  return parts.length;
}
