import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { streamEvent } from '../../infra/local/stream-event.ts';
import { DynamoTable } from '../../shared/adapters/aws/table.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import { connection, endpoint } from './aws-world.ts';
import { changeFeedSuite } from './change-feed-suite.ts';
import { createTables } from './dynamo-tables.ts';
import { fresh } from './table-suite.ts';

const ofPartition = (records: readonly DynamoDBRecord[], pk: string) =>
  records.filter(({ dynamodb }) => dynamodb?.Keys?.['pk']?.S === pk);

changeFeedSuite('embedded', async () => {
  const clock = new VirtualClock(Date.UTC(2027, 2, 8));
  const table = new EmbeddedTable({ database: openDatabase(':memory:'), clock });
  return {
    table,
    records: async (pk) => {
      const changes = table.feed.read({ table: 'timeline', after: 0, limit: 1_000 });
      return ofPartition(streamEvent(changes).Records, pk);
    },
  };
});

const streamSchema = z.object({
  StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }),
});
const iteratorSchema = z.object({ ShardIterator: z.string() });
const recordsSchema = z.object({ Records: z.array(z.unknown()) });

/** DynamoDB Streams' protocol, for which the functions need no client: Lambda reads streams for them. */
const ask = async (action: string, body: object): Promise<unknown> => {
  const answer = await fetch(`${endpoint}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${action}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20270308/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(body),
  });
  return answer.json();
};

const readStream = async (StreamArn: string): Promise<readonly DynamoDBRecord[]> => {
  const { StreamDescription } = streamSchema.parse(await ask('DescribeStream', { StreamArn }));
  const records: unknown[] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    const { ShardIterator } = iteratorSchema.parse(await ask('GetShardIterator', from));
    records.push(...recordsSchema.parse(await ask('GetRecords', { ShardIterator })).Records);
  }
  // What the suite looks at is compared there, field by field.
  return records as DynamoDBRecord[];
};

describe.runIf(endpoint !== undefined)('on AWS', () => {
  const open = async () => {
    const client = new DynamoDBClient(connection);
    const tableNames = await createTables(client);
    const described = await client.send(
      new DescribeTableCommand({ TableName: tableNames.timeline }),
    );
    const stream = described.Table?.LatestStreamArn ?? '';
    const newAttempt = () => crypto.randomUUID();
    return { stream, table: new DynamoTable({ client, tableNames, newAttempt }) };
  };

  changeFeedSuite('DynamoDB Streams', async () => {
    const { stream, table } = await open();
    return { table, records: async (pk) => ofPartition(await readStream(stream), pk) };
  });

  it('moto tells of a write that changes nothing, of which DynamoDB and the embedded tables tell nothing', async () => {
    const { stream, table } = await open();
    const item = { pk: fresh(), sk: 'a' };
    for (let time = 0; time < 2; time += 1) {
      await table.write({ kind: 'put', table: 'timeline', item });
    }
    expect(await readStream(stream)).toHaveLength(2);
  });
});
