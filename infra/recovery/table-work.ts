import {
  ContinuousBackupsUnavailableException,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  LimitExceededException,
  ListTagsOfResourceCommand,
  type ListTagsOfResourceCommandOutput,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import type { TableName } from '../../shared/ports/table.ts';
import type { Setting, TableState } from './table-state.ts';

export async function findTable(
  client: DynamoDBClient,
  name: string,
): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

export async function tableState(client: DynamoDBClient, name: string): Promise<TableState> {
  const description = await findTable(client, name);
  if (description === undefined) throw new Error(`The table ${name} is gone.`);
  const [backups, ttl] = await Promise.all([
    client.send(new DescribeContinuousBackupsCommand({ TableName: name })),
    client.send(new DescribeTimeToLiveCommand({ TableName: name })),
  ]);
  const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { TimeToLiveStatus: status, AttributeName: attribute } = ttl.TimeToLiveDescription ?? {};
  return {
    description,
    pitr: recovery?.PointInTimeRecoveryStatus,
    timeToLive: { status, attribute },
  };
}

/** From when to when a table can be restored, ms; undefined: not at all. */
export async function restorableSpan(
  client: DynamoDBClient,
  name: string,
): Promise<{ readonly from: number; readonly to: number } | undefined> {
  const { ContinuousBackupsDescription: answer } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: name }),
  );
  const span = answer?.PointInTimeRecoveryDescription;
  const { EarliestRestorableDateTime: from, LatestRestorableDateTime: to } = span ?? {};
  if (from === undefined || to === undefined) return undefined;
  return { from: from.getTime(), to: to.getTime() };
}

/** Gives a table a setting; false: it is busy, try again. */
export async function giveSetting(
  client: DynamoDBClient,
  { table, name }: { readonly table: TableName; readonly name: string },
  setting: Setting,
): Promise<boolean> {
  try {
    await give(client, { table, name }, setting);
    return true;
  } catch (error) {
    if (
      error instanceof ResourceInUseException ||
      error instanceof LimitExceededException ||
      error instanceof ContinuousBackupsUnavailableException
    ) {
      return false;
    }
    throw error;
  }
}

async function give(
  client: DynamoDBClient,
  { table, name: TableName }: { readonly table: TableName; readonly name: string },
  setting: Setting,
): Promise<void> {
  switch (setting) {
    case 'payment by use':
      await client.send(new UpdateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST' }));
      return;
    case 'point-in-time recovery':
      await client.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      );
      return;
    case 'time to live': {
      const AttributeName = tableDefinitions[table].timeToLiveAttribute;
      const TimeToLiveSpecification = { AttributeName, Enabled: true };
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      return;
    }
    case 'stream': {
      const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } as const;
      await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
      return;
    }
    case 'deletion protection':
      await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  }
}

export type Tags = Readonly<Record<string, string>>;

/** The tags of a table that is there; none where it is gone. AWS's own (`aws:`) cannot be put by anybody. */
export async function tagsOf(client: DynamoDBClient, name: string): Promise<Tags> {
  const arn = (await findTable(client, name))?.TableArn;
  const tags: Record<string, string> = {};
  if (arn === undefined) return tags;
  let next: string | undefined;
  do {
    const page: ListTagsOfResourceCommandOutput = await client.send(
      new ListTagsOfResourceCommand({
        ResourceArn: arn,
        ...(next !== undefined && { NextToken: next }),
      }),
    );
    for (const { Key, Value } of page.Tags ?? []) {
      if (Key !== undefined && !Key.startsWith('aws:')) tags[Key] = Value ?? '';
    }
    next = page.NextToken;
  } while (next !== undefined);
  return tags;
}

export async function putTags(client: DynamoDBClient, name: string, tags: Tags): Promise<void> {
  const arn = (await findTable(client, name))?.TableArn;
  if (arn === undefined) throw new Error(`The table ${name} is gone.`);
  await client.send(
    new TagResourceCommand({
      ResourceArn: arn,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
}
