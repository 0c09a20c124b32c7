import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { failedIdentifiers } from '../../infra/local/sqs-event.ts';
import { type Connection, streamCall } from './aws-clients.ts';
import { dueAt } from './delayed-messages.ts';
import type { LambdaProcess } from './lambda-process.ts';

/** An event source mapping of the template. */
export const mappingSchema = z.looseObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number(),
  FunctionResponseTypes: z.tuple([z.literal('ReportBatchItemFailures')]),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) })
    .optional(),
});

export type Mapping = z.infer<typeof mappingSchema>;

/** What did not work: the function threw, or reported messages as failed. */
export type Failure = { readonly file: string; readonly why: string };

type QueueOptions = {
  readonly mapping: Mapping;
  readonly url: string;
  readonly region: string;
  /** Signed by the role of the function, as Lambda polls. */
  readonly client: SQSClient;
  readonly lambda: LambdaProcess;
  readonly now: () => number;
  readonly failures: Failure[];
};

/** A queue that Lambda reads for a function: batches, partial failures, and what fails stays until its time. */
export class QueueMapping {
  /** Hands every message over twice: SQS may deliver more than once. */
  delivers: 'once' | 'twice' = 'once';
  readonly name: string;
  readonly url: string;
  readonly #options: QueueOptions;
  #waiting: Message[] = [];
  #failed: Message[] = [];
  readonly #doubled = new Set<string>();

  constructor(options: QueueOptions) {
    this.#options = options;
    this.url = options.url;
    this.name = options.mapping.EventSourceArn.split(':').at(-1) ?? '';
  }

  /** When the next of what is put off is due, in milliseconds since 1970. */
  get nextAt(): number {
    return Math.min(...this.#waiting.map(dueAt));
  }

  /** Polls once; answers whether anything was handed over. */
  async poll(): Promise<boolean> {
    const { mapping, now } = this.#options;
    const arrived: Message[] = [];
    while (arrived.length < mapping.BatchSize) {
      const asked = Math.min(10, mapping.BatchSize - arrived.length);
      const page = await this.#receive(asked);
      arrived.push(...page);
      if (page.length < asked) break;
    }
    const all = [...this.#waiting, ...arrived];
    const due = all.filter((message) => dueAt(message) <= now());
    this.#waiting = all.filter((message) => dueAt(message) > now());
    for (let at = 0; at < due.length; at += mapping.BatchSize) {
      await this.#handOver(due.slice(at, at + mapping.BatchSize));
    }
    return due.length > 0;
  }

  /** How many messages were handed over a second time without having failed. */
  get doubles(): number {
    return this.#doubled.size;
  }

  /** As when the visibility timeout of what failed has passed. */
  async redeliver(): Promise<void> {
    const failed = this.#failed;
    this.#failed = [];
    for (const message of failed) await this.#release(message);
  }

  async #receive(max: number): Promise<Message[]> {
    const { client, url } = this.#options;
    const answer = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: max,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return answer.Messages ?? [];
  }

  async #handOver(batch: readonly Message[]): Promise<void> {
    const { lambda, failures } = this.#options;
    const ids = batch.map(({ MessageId = '' }) => MessageId);
    let failed: readonly string[] = ids;
    try {
      const answer = await lambda.invoke({
        Records: batch.map((message) => this.#record(message)),
      });
      failed = failedIdentifiers(answer, ids);
      if (failed.length > 0) {
        failures.push({ file: lambda.spec.file, why: `${failed.length} of ${ids.length} failed` });
      }
    } catch (error) {
      failures.push({ file: lambda.spec.file, why: String(error) });
    }
    const isFailed = ({ MessageId = '' }: Message): boolean => failed.includes(MessageId);
    this.#failed.push(...batch.filter(isFailed));
    await this.#finish(batch.filter((message) => !isFailed(message)));
  }

  async #finish(done: readonly Message[]): Promise<void> {
    const again = done.filter(
      ({ MessageId = '' }) => this.delivers === 'twice' && !this.#doubled.has(MessageId),
    );
    for (const message of again) {
      this.#doubled.add(message.MessageId ?? '');
      await this.#release(message);
    }
    const gone = done.filter((message) => !again.includes(message));
    const { client, url } = this.#options;
    for (let at = 0; at < gone.length; at += 10) {
      const Entries = gone.slice(at, at + 10).map(({ ReceiptHandle = '' }, index) => ({
        Id: String(index),
        ReceiptHandle,
      }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    }
  }

  async #release({ ReceiptHandle = '' }: Message): Promise<void> {
    const { client, url } = this.#options;
    const release = { QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 };
    await client.send(new ChangeMessageVisibilityCommand(release));
  }

  #record(message: Message): SQSRecord {
    const { mapping, region } = this.#options;
    const attributes = message.Attributes ?? {};
    return {
      messageId: message.MessageId ?? '',
      receiptHandle: message.ReceiptHandle ?? '',
      body: message.Body ?? '',
      attributes: {
        ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? '',
        SentTimestamp: attributes.SentTimestamp ?? '',
        SenderId: attributes.SenderId ?? '',
        ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? '',
      },
      messageAttributes: {},
      md5OfBody: message.MD5OfBody ?? '',
      eventSource: 'aws:sqs',
      eventSourceARN: mapping.EventSourceArn,
      awsRegion: region,
    };
  }
}

const recordSchema = z.looseObject({
  eventName: z.string(),
  dynamodb: z.looseObject({ SequenceNumber: z.string() }),
});
const recordsSchema = z.object({
  Records: z.array(recordSchema),
});
const sequenceNumber = ({ dynamodb }: z.infer<typeof recordSchema>): string =>
  dynamodb.SequenceNumber;
const shardsSchema = z.object({
  StreamDescription: z.looseObject({ Shards: z.array(z.looseObject({ ShardId: z.string() })) }),
});
const filterSchema = z.record(z.string(), z.array(z.string()));

type StreamOptions = {
  readonly mapping: Mapping;
  readonly connection: Connection;
  readonly lambda: LambdaProcess;
  readonly failures: Failure[];
};

/**
 * The stream of a table that Lambda reads for a function: in order, filtered, again from what failed. Its
 * iterator is made anew for each look: moto puts a copy of the table in its place when a transaction is
 * cancelled, and an iterator stays with the table it was made for.
 */
export class StreamMapping {
  readonly #options: StreamOptions;
  #shard: string | undefined;
  #done: string | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** Reads on; answers whether anything was handed over. */
  async poll(): Promise<boolean> {
    const { mapping, connection, lambda, failures } = this.#options;
    const StreamArn = mapping.EventSourceArn;
    // The iterator knows its stream; its ARN is for the wire, which judges the call by it.
    const input = { StreamArn, ShardIterator: await this.#iterator(), Limit: mapping.BatchSize };
    const page = recordsSchema.parse(await streamCall(connection, 'GetRecords', input));
    const last = page.Records.at(-1);
    if (last === undefined) return false;
    const Records = page.Records.filter((record) => this.#passes(record)).map((record) => ({
      ...record,
      eventSourceARN: StreamArn,
    }));
    if (Records.length > 0) {
      const answer = await lambda.invoke({ Records });
      const failed = failedIdentifiers(answer, Records.map(sequenceNumber));
      if (failed.length > 0) {
        failures.push({ file: lambda.spec.file, why: `${failed.length} records failed` });
        return true; // the same batch comes again
      }
    }
    this.#done = sequenceNumber(last);
    return true;
  }

  async #iterator(): Promise<string> {
    const { mapping, connection } = this.#options;
    const StreamArn = mapping.EventSourceArn;
    this.#shard ??= await this.#onlyShard();
    const asked = { StreamArn, ShardId: this.#shard, ShardIteratorType: 'TRIM_HORIZON' };
    const from = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: this.#done };
    const answer = await streamCall(connection, 'GetShardIterator', {
      ...asked,
      ...(this.#done !== undefined && from),
    });
    return z.object({ ShardIterator: z.string() }).parse(answer).ShardIterator;
  }

  async #onlyShard(): Promise<string> {
    const { mapping, connection } = this.#options;
    const { StreamDescription } = shardsSchema.parse(
      await streamCall(connection, 'DescribeStream', { StreamArn: mapping.EventSourceArn }),
    );
    const [shard, second] = StreamDescription.Shards;
    if (shard === undefined || second !== undefined)
      throw new Error('moto has one shard a stream.');
    return shard.ShardId;
  }

  /** Only filters that list the values of fields on top are known here. */
  #passes(record: Readonly<Record<string, unknown>>): boolean {
    const filters = this.#options.mapping.FilterCriteria?.Filters ?? [];
    return filters.every(({ Pattern }) =>
      Object.entries(filterSchema.parse(JSON.parse(Pattern))).every(([field, values]) =>
        values.includes(String(record[field])),
      ),
    );
  }
}
