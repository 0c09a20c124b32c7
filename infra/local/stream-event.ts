import { randomUUID } from 'node:crypto';
import type { AttributeValue, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { toAttributes } from '../../shared/adapters/aws/attributes.ts';
import type { Change } from '../../shared/adapters/embedded/change-feed.ts';
import type { Item } from '../../shared/ports/table.ts';
import { account, region } from './lambda-context.ts';

/** What Lambda hands over for a batch of a DynamoDB stream with new images. */
export const streamEvent = (changes: readonly Change[]): DynamoDBStreamEvent => ({
  Records: changes.map(streamRecord),
});

/** DynamoDB's sequence numbers are long decimal texts that grow within a shard. */
export const sequenceNumber = (change: Change): string => String(change.sequence).padStart(21, '0');

function streamRecord(change: Change): DynamoDBRecord {
  const keys = marshalled(change.keys);
  const newImage = change.newImage && marshalled(change.newImage);
  return {
    eventID: randomUUID().replaceAll('-', ''),
    eventName: change.kind,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    eventSourceARN: `arn:aws:dynamodb:${region}:${account}:table/${change.table}/stream/local`,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(change.at / 1000),
      Keys: keys,
      ...(newImage && { NewImage: newImage }),
      SequenceNumber: sequenceNumber(change),
      SizeBytes: JSON.stringify(newImage ?? keys).length,
      StreamViewType: 'NEW_IMAGE',
    },
  };
}

/** As Lambda hands an item over: its event is JSON, in which bytes are base64. */
const marshalled = (item: Item): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(toAttributes(item)).map(([name, attribute]) => [
      name,
      attribute.B === undefined
        ? // Bytes stand only at the top level: all else is written alike by the SDK and by Lambda.
          (attribute as AttributeValue)
        : { B: Buffer.from(attribute.B).toString('base64') },
    ]),
  );
