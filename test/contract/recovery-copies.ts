import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { type EachTable, tableNames } from '../../infra/recovery/table-names.ts';
import { tagsOf } from '../../infra/recovery/table-work.ts';

/** The copies are as the product's own tables are. */
export async function expectWhole(dynamo: DynamoDBClient, names: EachTable<string>): Promise<void> {
  for (const table of tableNames) {
    const { Table: description } = await dynamo.send(
      new DescribeTableCommand({ TableName: names[table] }),
    );
    expect(description).toMatchObject({ DeletionProtectionEnabled: true });
    expect(description?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(description?.StreamSpecification?.StreamViewType).toBe(
      table === 'timeline' ? 'NEW_IMAGE' : undefined,
    );
    expect((description?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName)).toEqual(
      table === 'timeline' ? [] : ['due'],
    );
    const ttl = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: names[table] }));
    expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: 'expiresAt' });
    expect(await tagsOf(dynamo, names[table])).toMatchObject({ team: 'crm' });
  }
}
