import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { tableDefinitions } from '../../../shared/adapters/aws/table-definitions.ts';
import type { TableName } from '../../../shared/ports/table.ts';
import { type Asked, ask, mapped, notMade } from '../asked.ts';
import type { TableFacts } from '../checks/tables.ts';
import { allPages } from '../pages.ts';
import { type Deployed, tableNameOf } from './deployed.ts';

export async function askTable(
  tables: DynamoDBClient,
  deployed: Deployed,
  table: TableName,
): Promise<Asked<TableFacts>> {
  const name = tableNameOf(deployed, table);
  if (name === undefined) return notMade(`table ${table}`);
  const named = { TableName: name };
  const described = await ask('dynamodb:DescribeTable', () =>
    tables.send(new DescribeTableCommand(named)),
  );
  const isRestorable = await ask('dynamodb:DescribeContinuousBackups', async () => {
    const answer = await tables.send(new DescribeContinuousBackupsCommand(named));
    const { PointInTimeRecoveryDescription: recovery } = answer.ContinuousBackupsDescription ?? {};
    return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
  });
  const expiresBy = await ask('dynamodb:DescribeTimeToLive', async () => {
    const { TimeToLiveDescription: expiry } = await tables.send(
      new DescribeTimeToLiveCommand(named),
    );
    const isOn = expiry?.TimeToLiveStatus === 'ENABLED' || expiry?.TimeToLiveStatus === 'ENABLING';
    return isOn ? expiry.AttributeName : undefined;
  });
  const definition = tableDefinitions[table];
  return mapped(described, ({ Table: found = {} }) => ({
    table,
    name,
    status: found.TableStatus ?? 'unknown',
    isProtected: found.DeletionProtectionEnabled === true,
    isEncryptedByKms: found.SSEDescription?.Status === 'ENABLED',
    hasStream: found.StreamSpecification?.StreamEnabled === true,
    needsStream: definition.stream,
    bytes: found.TableSizeBytes ?? 0,
    items: found.ItemCount ?? 0,
    isRestorable,
    expiresBy,
    shouldExpireBy: definition.timeToLiveAttribute,
  }));
}

/** How many tables the account has in the region. */
export const countTables = (tables: DynamoDBClient): Promise<Asked<number>> =>
  ask('dynamodb:ListTables', async () => {
    const { rows } = await allPages(async (token) => {
      const answer = await tables.send(new ListTablesCommand({ ExclusiveStartTableName: token }));
      return { rows: answer.TableNames, next: answer.LastEvaluatedTableName };
    });
    return rows.length;
  });
