import { setTimeout } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  type KeysAndAttributes,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  type Check,
  type DueQuery,
  type Item,
  type Key,
  type Page,
  type Query,
  type Scan,
  type Table,
  type TableName,
  Throttled,
  type Write,
  type WriteResult,
} from '../../ports/table.ts';
import { assertKey } from '../item-rules.ts';
import { batchesOf } from '../key-batches.ts';
import { readCursor, writeCursor } from '../page-cursor.ts';
import { assertLimit, assertTransaction } from '../request-rules.ts';
import { attemptAttribute, fromAttributes, toAttributes } from './attributes.ts';
import { dueIndex } from './table-definitions.ts';
import { outcomeOf, throwTableError, transactionOutcomeOf } from './table-errors.ts';
import { queryInput } from './table-queries.ts';
import { deleteInput, putInput, returningOld, transactItem, updateInput } from './table-writes.ts';

const batchTries = 8;
const firstPauseMs = 25;
const parallelBatches = 8;

type Options = {
  readonly client: DynamoDBClient;
  readonly tableNames: Readonly<Record<TableName, string>>;
  /** A token of up to 36 characters that no other write has. */
  readonly newAttempt: () => string;
};

/** The tables in DynamoDB. The SDK repeats lost requests; this class recognises what they did. */
export class DynamoTable implements Table {
  readonly #client: DynamoDBClient;
  readonly #names: Readonly<Record<TableName, string>>;
  readonly #newAttempt: () => string;

  constructor(options: Options) {
    this.#client = options.client;
    this.#names = options.tableNames;
    this.#newAttempt = options.newAttempt;
  }

  async get(
    table: TableName,
    key: Key,
    options?: { readonly consistent?: boolean },
  ): Promise<Item | undefined> {
    assertKey(table, key);
    const command = new GetItemCommand({
      TableName: this.#names[table],
      Key: toAttributes(keyAt(key)),
      ConsistentRead: options?.consistent !== false,
    });
    const { Item: attributes } = await this.#client.send(command).catch(throwTableError);
    return attributes === undefined ? undefined : fromAttributes(attributes);
  }

  async batchGet(
    table: TableName,
    keys: readonly Key[],
    options?: { readonly consistent?: boolean },
  ): Promise<readonly Item[]> {
    const consistent = options?.consistent !== false;
    const batches = batchesOf(table, keys);
    const items: Item[] = [];
    for (let start = 0; start < batches.length; start += parallelBatches) {
      const wave = batches.slice(start, start + parallelBatches);
      const found = await Promise.all(wave.map((batch) => this.#batch(table, batch, consistent)));
      items.push(...found.flat());
    }
    return items;
  }

  async query(table: TableName, query: Query): Promise<Page> {
    const input = queryInput(table, query);
    if (input === undefined) return { items: [], after: null };
    const command = new QueryCommand({ TableName: this.#names[table], ...input });
    const answer = await this.#client.send(command).catch(throwTableError);
    const { sk } = answer.LastEvaluatedKey ?? {};
    return {
      items: (answer.Items ?? []).map(fromAttributes),
      after: sk?.S === undefined ? null : writeCursor([sk.S]),
    };
  }

  async scan(table: TableName, scan: Scan): Promise<Page> {
    assertLimit(scan.limit);
    const [pk = '', sk = ''] = readCursor(scan.after, 2);
    const command = new ScanCommand({
      TableName: this.#names[table],
      Segment: scan.segment,
      TotalSegments: scan.segments,
      Limit: scan.limit,
      ConsistentRead: scan.consistent === true,
      ...(pk === '' ? {} : { ExclusiveStartKey: toAttributes(keyAt({ pk, sk })) }),
    });
    const answer = await this.#client.send(command).catch(throwTableError);
    const last = answer.LastEvaluatedKey;
    return {
      items: (answer.Items ?? []).map(fromAttributes),
      after: last?.pk?.S === undefined ? null : writeCursor([last.pk.S, last.sk?.S ?? '']),
    };
  }

  async due(table: TableName, query: DueQuery): Promise<Page> {
    const { slot, until, limit } = query;
    assertLimit(limit);
    const [dueAt = '', pk = '', sk = ''] = readCursor(query.after, 3);
    const start = { ...keyAt({ pk, sk }), dueSlot: slot, dueAt };
    const command = new QueryCommand({
      TableName: this.#names[table],
      IndexName: dueIndex.name,
      KeyConditionExpression: 'dueSlot = :slot AND dueAt <= :until',
      ExpressionAttributeValues: { ':slot': { S: slot }, ':until': { S: until } },
      Limit: limit,
      ...(dueAt === '' ? {} : { ExclusiveStartKey: toAttributes(start) }),
    });
    const answer = await this.#client.send(command).catch(throwTableError);
    const last = answer.LastEvaluatedKey;
    return {
      items: (answer.Items ?? []).map(fromAttributes),
      after:
        last?.dueAt?.S === undefined || last.pk?.S === undefined
          ? null
          : writeCursor([last.dueAt.S, last.pk.S, last.sk?.S ?? '']),
    };
  }

  async write(write: Write): Promise<WriteResult> {
    const attempt = this.#newAttempt();
    try {
      await this.#send(write, attempt);
      return { kind: 'written' };
    } catch (error) {
      return isOwnWrite(write, attempt, error) ? { kind: 'written' } : outcomeOf(error);
    }
  }

  async transact(actions: readonly (Write | Check)[]): Promise<WriteResult> {
    assertTransaction(actions);
    const command = new TransactWriteItemsCommand({
      TransactItems: actions.map((action) => transactItem(action, this.#names)),
      ClientRequestToken: this.#newAttempt(),
    });
    try {
      await this.#client.send(command);
      return { kind: 'written' };
    } catch (error) {
      return transactionOutcomeOf(error);
    }
  }

  async #send(write: Write, attempt: string): Promise<void> {
    switch (write.kind) {
      case 'put':
        await this.#client.send(
          new PutItemCommand(returningOld(putInput(write, this.#names, attempt))),
        );
        return;
      case 'update':
        await this.#client.send(
          new UpdateItemCommand(returningOld(updateInput(write, this.#names, attempt))),
        );
        return;
      case 'delete':
        await this.#client.send(
          new DeleteItemCommand(returningOld(deleteInput(write, this.#names))),
        );
    }
  }

  async #batch(table: TableName, keys: readonly Key[], consistent: boolean): Promise<Item[]> {
    const name = this.#names[table];
    let open: KeysAndAttributes = {
      Keys: keys.map((key) => toAttributes(keyAt(key))),
      ConsistentRead: consistent,
    };
    const items: Item[] = [];
    for (let attempt = 0; attempt < batchTries; attempt += 1) {
      // Full jitter: clients that were turned away together do not come back together.
      if (attempt > 0) await setTimeout(Math.random() * firstPauseMs * 2 ** attempt);
      const command = new BatchGetItemCommand({ RequestItems: { [name]: open } });
      const answer = await this.#client.send(command).catch(throwTableError);
      items.push(...(answer.Responses?.[name] ?? []).map(fromAttributes));
      const rest = answer.UnprocessedKeys?.[name];
      if (rest?.Keys === undefined || rest.Keys.length === 0) return items;
      open = rest;
    }
    throw new Throttled('DynamoDB left keys of a batch unread again and again.');
  }
}

/** Keys and nothing else: a caller may hand over a whole item. A cursor's empty sort key is none. */
const keyAt = ({ pk, sk = '' }: Key): Key => (sk === '' ? { pk } : { pk, sk });

/** Whether a condition failed only because the lost first try of the same write had made it so. */
const isOwnWrite = (write: Write, attempt: string, error: unknown): boolean => {
  if (!(error instanceof ConditionalCheckFailedException)) return false;
  if (write.kind !== 'delete') return error.Item?.[attemptAttribute]?.S === attempt;
  return error.Item === undefined && (error.$metadata.attempts ?? 1) > 1;
};
