import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import type { TableName } from '../../shared/ports/table.ts';

const key = (name: string, type: 'HASH' | 'RANGE') =>
  ({ AttributeName: name, KeyType: type }) as const;

const inputOf = (table: TableName, name: string): CreateTableCommandInput => {
  const { partitionKey, sortKey, dueIndex, stream } = tableDefinitions[table];
  const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])];
  const indexKeys = dueIndex === undefined ? [] : [dueIndex.partitionKey, dueIndex.sortKey];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys.map((attribute, place) => key(attribute, place === 0 ? 'HASH' : 'RANGE')),
    AttributeDefinitions: [...keys, ...indexKeys].map((attribute) => ({
      AttributeName: attribute,
      AttributeType: 'S',
    })),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }),
    ...(dueIndex !== undefined && {
      GlobalSecondaryIndexes: [
        {
          IndexName: dueIndex.name,
          KeySchema: [key(dueIndex.partitionKey, 'HASH'), key(dueIndex.sortKey, 'RANGE')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  };
};

/** Creates the three tables under names of their own, as the stack would. */
export const createTables = async (
  client: DynamoDBClient,
): Promise<Readonly<Record<TableName, string>>> => {
  const run = crypto.randomUUID();
  const names = {
    profiles: `profiles-${run}`,
    timeline: `timeline-${run}`,
    marketing: `marketing-${run}`,
  };
  for (const table of ['profiles', 'timeline', 'marketing'] as const) {
    await client.send(new CreateTableCommand(inputOf(table, names[table])));
    const timeToLive = {
      AttributeName: tableDefinitions[table].timeToLiveAttribute,
      Enabled: true,
    };
    const enable = { TableName: names[table], TimeToLiveSpecification: timeToLive };
    await client.send(new UpdateTimeToLiveCommand(enable));
  }
  return names;
};
