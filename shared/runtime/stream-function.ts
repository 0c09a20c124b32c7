import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Ports } from '../ports/ports.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';

/** A new item of a table's stream. */
export type StreamItem = {
  readonly sequence: string;
  readonly item: Readonly<Record<string, unknown>>;
};

/**
 * A use case fed by a table's stream with the items put there (changes and removals are not handed
 * over: entries are append-only). When it throws, the batch comes again from its beginning.
 */
export function streamFunction(
  handle: (items: readonly StreamItem[], ports: Ports) => Promise<void>,
): LambdaFunction<DynamoDBStreamEvent, DynamoDBBatchResponse> {
  return lambdaFunction(async (event, ports) => {
    const items = event.Records.flatMap((record): StreamItem[] => {
      const image = record.eventName === 'INSERT' ? record.dynamodb?.NewImage : undefined;
      if (image === undefined) return [];
      // The Lambda types and the SDK's types name the same wire shape.
      const item = unmarshall(image as Record<string, AttributeValue>);
      return [{ sequence: record.dynamodb?.SequenceNumber ?? '', item }];
    });
    await handle(items, ports);
    return { batchItemFailures: [] };
  });
}
