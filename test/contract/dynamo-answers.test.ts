import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DynamoTable } from '../../shared/adapters/aws/table.ts';
import {
  InvalidRequest,
  type Table,
  Throttled,
  type WriteResult,
} from '../../shared/ports/table.ts';

type Reply = { readonly status: number; readonly body: object };

/** moto is never short of anything, and finds no two transactions at once: this server says what DynamoDB may. */
let replies: (asked: unknown) => Reply;
let asked: unknown[] = [];
let server: Server;
let table: Table;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      asked.push(body);
      const reply = replies(body);
      response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // A server that listens on TCP has an address object.
  const { port } = server.address() as AddressInfo;
  table = new DynamoTable({
    client: new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      maxAttempts: 1,
    }),
    tableNames: { profiles: 'profiles', timeline: 'timeline', marketing: 'marketing' },
    newAttempt: () => crypto.randomUUID(),
  });
});
beforeEach(() => {
  asked = [];
});
afterAll(() => server.close());

const key = { pk: 'p', sk: 'a' };
const put = { kind: 'put', table: 'marketing', item: key } as const;
const failure = (type: string, more: object = {}): Reply => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more },
});

const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  get: () => table.get('marketing', key),
  batchGet: () => table.batchGet('marketing', [key]),
  query: () => table.query('marketing', { pk: 'p' }),
  scan: () => table.scan('marketing', { segment: 0, segments: 1 }),
  due: () => table.due('marketing', { slot: 's', until: '2027' }),
  write: () => table.write(put),
  transact: () => table.transact([put]),
};

describe('what DynamoDB may answer', () => {
  describe.each(Object.entries(calls))('to %s', (_, call) => {
    it.each([
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'ThrottlingException',
    ])('%s means: later', async (type) => {
      replies = () => failure(type);
      await expect(call()).rejects.toBeInstanceOf(Throttled);
      expect(asked).toHaveLength(1);
    });

    it('ValidationException means: never', async () => {
      replies = () => failure('ValidationException');
      await expect(call()).rejects.toBeInstanceOf(InvalidRequest);
    });

    it('what is neither is thrown as it is', async () => {
      replies = () => failure('ResourceNotFoundException');
      await expect(call()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });
  });

  it('a transaction that holds the item leaves a single write contended', async () => {
    replies = () => failure('TransactionConflictException');
    expect(await table.write(put)).toEqual({ kind: 'contended' });
  });

  it.each<[readonly string[], WriteResult]>([
    [['None', 'ConditionalCheckFailed'], { kind: 'refused', failed: [1] }],
    [['ConditionalCheckFailed', 'ConditionalCheckFailed'], { kind: 'refused', failed: [0, 1] }],
    [['TransactionConflict', 'ConditionalCheckFailed'], { kind: 'refused', failed: [1] }],
    [['TransactionConflict', 'None'], { kind: 'contended' }],
    [['TransactionConflict', 'ThrottlingError'], { kind: 'contended' }],
  ])('a transaction cancelled by %j is %j', async (codes, result) => {
    replies = () => cancelled(codes);
    expect(await table.transact([put, { ...put, item: { pk: 'p', sk: 'b' } }])).toEqual(result);
  });

  it.each<[string, new () => Error]>([
    ['ThrottlingError', Throttled],
    ['ProvisionedThroughputExceeded', Throttled],
    ['ValidationError', InvalidRequest],
  ])('a transaction cancelled by %s throws', async (code, kind) => {
    replies = () => cancelled(['None', code]);
    const both = [put, { ...put, item: { pk: 'p', sk: 'b' } }];
    await expect(table.transact(both)).rejects.toBeInstanceOf(kind);
  });

  it('a transaction whose first try is still going on is contended', async () => {
    replies = () => failure('TransactionInProgressException');
    expect(await table.transact([put])).toEqual({ kind: 'contended' });
  });

  describe('keys of a batch that are left unprocessed', () => {
    const keys = Array.from({ length: 130 }, (_, n) => ({ pk: 'p', sk: `k${n}` }));

    it('are asked for again, alone, until all are answered, each once', async () => {
      replies = (body) => answeredAtMost(body, 37);
      const items = await table.batchGet('marketing', keys);
      expect(items.map(({ sk = '' }) => sk).sort()).toEqual(keys.map(({ sk }) => sk).sort());
      expect(asked.map((body) => keysOf(body).length).sort((a, b) => a - b)).toEqual([
        26, 30, 63, 100,
      ]);
    });

    it('again and again are no answer: the caller is told to come later', async () => {
      replies = (body) => answeredAtMost(body, 0);
      await expect(table.batchGet('marketing', keys.slice(0, 3))).rejects.toBeInstanceOf(Throttled);
      expect(asked).toHaveLength(8);
    });
  });
});

const cancelled = (codes: readonly string[]): Reply =>
  failure('TransactionCanceledException', {
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const batchSchema = z.object({
  RequestItems: z.object({
    marketing: z.object({ Keys: z.array(z.unknown()), ConsistentRead: z.literal(true) }),
  }),
});
const keysOf = (body: unknown) => batchSchema.parse(body).RequestItems.marketing.Keys;

/** Answers the first keys alone. */
const answeredAtMost = (body: unknown, count: number): Reply => {
  const keys = keysOf(body);
  const rest = keys.slice(count);
  const open = { marketing: { Keys: rest, ConsistentRead: true } };
  return {
    status: 200,
    body: {
      Responses: { marketing: keys.slice(0, count) },
      UnprocessedKeys: rest.length > 0 ? open : {},
    },
  };
};
