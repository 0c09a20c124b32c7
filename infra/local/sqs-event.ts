import { createHash } from 'node:crypto';
import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import type { QueueName } from '../../shared/ports/queue.ts';
import { account, region } from './lambda-context.ts';

/** A message as it was received, whichever queue it came from. */
export type ReceivedMessage = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly receives: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
};

/** What Lambda's event source mapping hands over for one batch of a queue. */
export const sqsEvent = (queue: QueueName, messages: readonly ReceivedMessage[]): SQSEvent => ({
  Records: messages.map((message) => ({
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAt),
      SenderId: account,
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(message.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${region}:${account}:perennial-${queue}`,
    awsRegion: region,
  })),
});

const batchAnswerSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })),
});

/**
 * The identifiers a batch answer reports as failed. Nothing answered means that all is done; an
 * answer Lambda could not read, or an unknown identifier, fails the whole batch.
 */
export function failedIdentifiers(answer: unknown, known: readonly string[]): readonly string[] {
  if (answer === undefined || answer === null) return [];
  const read = batchAnswerSchema.safeParse(answer);
  if (!read.success) return isEmptyAnswer(answer) ? [] : known;
  const failed = read.data.batchItemFailures.map((failure) => failure.itemIdentifier);
  return failed.every((identifier) => known.includes(identifier)) ? failed : known;
}

const isEmptyAnswer = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  (!('batchItemFailures' in answer) || answer.batchItemFailures === null);
