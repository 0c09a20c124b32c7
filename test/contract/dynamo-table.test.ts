import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DynamoTable } from '../../shared/adapters/aws/table.ts';
import type { Table, TableName } from '../../shared/ports/table.ts';
import { createTables } from './dynamo-tables.ts';
import { describeLimits } from './table-limits-suite.ts';
import { describeModel } from './table-model-suite.ts';
import { describePages } from './table-pages-suite.ts';
import { describeItems, fresh } from './table-suite.ts';

/** A server that speaks DynamoDB's protocol; without one there is nothing to test against. */
const endpoint = process.env.PERENNIAL_AWS_ENDPOINT;

const marketing = 'marketing' as const;
const requestSchema = z.object({ request: z.object({ body: z.instanceof(Uint8Array) }) });
const tokenSchema = z.object({ ClientRequestToken: z.string().min(1).max(36) });

describe.runIf(endpoint !== undefined)('the tables in DynamoDB', () => {
  const client = new DynamoDBClient({
    endpoint: endpoint ?? 'http://127.0.0.1:1',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let table: Table;
  let tableNames: Readonly<Record<TableName, string>>;
  let answersToLose = 0;
  const sentBodies: string[] = [];

  beforeAll(async () => {
    tableNames = await createTables(client);
    let attempts = 0;
    const newAttempt = () => {
      attempts += 1;
      return `attempt-${attempts}`;
    };
    table = new DynamoTable({ client, tableNames, newAttempt });
    client.middlewareStack.add(
      (next) => async (request) => {
        sentBodies.push(Buffer.from(requestSchema.parse(request).request.body).toString());
        const answer = await next(request);
        if (answersToLose === 0) return answer;
        answersToLose -= 1;
        throw Object.assign(new Error('The connection was lost.'), { name: 'TimeoutError' });
      },
      // Behind the SDK's own retries, so that they see the loss.
      { step: 'finalizeRequest', priority: 'low', name: 'loseAnswers' },
    );
  });

  describeItems(() => table);
  describePages(() => table, { scans: 40 });
  describeLimits(() => table);
  describeModel(() => table, 15);

  it('each lets go of what its `expiresAt` says is over', async () => {
    for (const TableName of Object.values(tableNames)) {
      const { TimeToLiveDescription } = await client.send(
        new DescribeTimeToLiveCommand({ TableName }),
      );
      expect(TimeToLiveDescription).toEqual({
        AttributeName: 'expiresAt',
        TimeToLiveStatus: 'ENABLED',
      });
    }
  });

  it('moto keeps for ever what is over, which DynamoDB deletes in its own time', async () => {
    const item = { pk: fresh(), sk: 'a', expiresAt: 1 };
    await table.write({ kind: 'put', table: marketing, item });
    expect(await table.get(marketing, item)).toEqual(item);
  });

  describe('when the answer to a write is lost', () => {
    const key = () => ({ pk: fresh(), sk: 'a' });
    const written = { kind: 'written' };

    it('recognises its own put', async () => {
      const item = key();
      answersToLose = 1;
      const put = { kind: 'put', table: marketing, item, when: { absent: true } } as const;
      expect(await table.write(put)).toEqual(written);
      expect(await table.get(marketing, item)).toEqual(item);
      expect(await table.write(put)).toEqual({ kind: 'refused', failed: [0] });
    });

    it('counts once', async () => {
      const target = key();
      for (const when of [undefined, { present: true } as const]) {
        answersToLose = 1;
        const update = { kind: 'update', table: marketing, key: target, add: { n: 1 } } as const;
        expect(await table.write(when === undefined ? update : { ...update, when })).toEqual(
          written,
        );
      }
      expect(await table.get(marketing, target)).toEqual({ ...target, n: 2 });
    });

    it('repeats a transaction under the same token, so that DynamoDB runs it once', async () => {
      const update = { kind: 'update', table: marketing, key: key(), add: { n: 1 } } as const;
      sentBodies.length = 0;
      answersToLose = 1;
      expect(await table.transact([update])).toEqual(written);
      expect(await table.transact([update])).toEqual(written);
      const tokens = sentBodies.map((body) => tokenSchema.parse(JSON.parse(body)));
      const [first, repeat, another] = tokens.map((token) => token.ClientRequestToken);
      expect(repeat).toBe(first);
      expect(another).not.toBe(first);
    });

    it('takes an item that is gone as deleted', async () => {
      const target = key();
      const when = { present: true } as const;
      const action = { kind: 'delete', table: marketing, key: target, when } as const;
      await table.write({ kind: 'put', table: marketing, item: target });
      answersToLose = 1;
      expect(await table.write(action)).toEqual(written);
      expect(await table.write(action)).toEqual({
        kind: 'refused',
        failed: [0],
      });
    });
  });
});
