import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { fromAttributes } from '../adapters/aws/attributes.ts';
import type { Ports } from '../ports/ports.ts';
import { nameOf, Tellable } from './error-name.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';
import { logger } from './observability.ts';

/** A record of the stream cannot be read, whoever tries: its ids stand in the log. */
export class UnreadableRecord extends Tellable {
  override readonly name = 'UnreadableRecord';
}

/**
 * A use case fed by a table's stream with the items put there (changes and removals are not handed
 * over: entries are append-only). When it throws, the batch comes again from its beginning. An item
 * that `parse` cannot read fails alone: those before it are handed over first, and a batch that begins
 * with it throws, so that Lambda halves the batch until it stands by itself and is set aside.
 */
export function streamFunction<Entry>(
  parse: (item: unknown) => Entry,
  handle: (entries: readonly Entry[], ports: Ports) => Promise<void>,
): LambdaFunction<DynamoDBStreamEvent, DynamoDBBatchResponse> {
  return lambdaFunction(async ({ Records: records }, ports) => {
    const entries: Entry[] = [];
    for (const [position, record] of records.entries()) {
      try {
        entries.push(...readRecord(record, parse));
      } catch (cause) {
        logger.error('stream-record-unreadable', { ...idsOf(record), error: nameOf(cause) });
        const sequence = record.dynamodb?.SequenceNumber;
        if (position === 0 || sequence === undefined)
          throw new UnreadableRecord('A record of the stream cannot be read.', { cause });
        await handle(entries, ports);
        return { batchItemFailures: [{ itemIdentifier: sequence }] };
      }
    }
    await handle(entries, ports);
    return { batchItemFailures: [] };
  });
}

function readRecord<Entry>(record: DynamoDBRecord, parse: (item: unknown) => Entry): Entry[] {
  const image = record.eventName === 'INSERT' ? record.dynamodb?.NewImage : undefined;
  // The Lambda types and the SDK's types name the same wire shape.
  return image === undefined
    ? []
    : [parse(fromAttributes(image as Record<string, AttributeValue>))];
}

/** Where the item lies: ids and an instant, nothing personal. */
const idsOf = ({ eventID, dynamodb }: DynamoDBRecord): Record<string, string | undefined> => ({
  eventId: eventID,
  sequence: dynamodb?.SequenceNumber,
  pk: dynamodb?.Keys?.['pk']?.S,
  sk: dynamodb?.Keys?.['sk']?.S,
});
