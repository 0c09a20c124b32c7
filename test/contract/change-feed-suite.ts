import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { Item, Table } from '../../shared/ports/table.ts';
import { fresh } from './table-suite.ts';

/** The tables, and their timeline's stream as a function is handed it. */
export type ChangeFeedWorld = {
  readonly table: Table;
  /** The records of one partition, oldest first. */
  readonly records: (pk: string) => Promise<readonly DynamoDBRecord[]>;
};

const put = (item: Item) => ({ kind: 'put', table: 'timeline', item }) as const;

/** What the stream of the timeline tells, whatever it comes from. */
export const changeFeedSuite = (adapter: string, open: () => Promise<ChangeFeedWorld>): void => {
  describe(`the change feed: ${adapter}`, () => {
    it('tells what became of each item, in order, as it has become', async () => {
      const { table, records } = await open();
      const pk = fresh();
      const key = { pk, sk: 'a' };
      const told = { n: 1, list: ['x', null, true], map: { total: 29.33 } };
      await table.write({ ...put({ ...key, ...told, bytes: new Uint8Array([1, 254]) }) });
      await table.write({ kind: 'update', table: 'timeline', key, add: { n: 1 } });
      await table.transact([
        put({ pk, sk: 'b' }),
        { kind: 'put', table: 'marketing', item: { pk, sk: 'untold' } },
        { kind: 'delete', table: 'timeline', key },
      ]);
      const keys = { pk: { S: pk }, sk: { S: 'a' } };
      const image = {
        ...keys,
        n: { N: '1' },
        list: { L: [{ S: 'x' }, { NULL: true }, { BOOL: true }] },
        map: { M: { total: { N: '29.33' } } },
        bytes: { B: 'Af4=' },
      };
      const all = await records(pk);
      const ofKey = (sk: string) => all.filter(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S === sk);
      expect(ofKey('a').map(shown)).toEqual([
        { kind: 'INSERT', keys, image },
        { kind: 'MODIFY', keys, image: { ...image, n: { N: '2' } } },
        { kind: 'REMOVE', keys, image: undefined },
      ]);
      const other = { pk: { S: pk }, sk: { S: 'b' } };
      expect(ofKey('b').map(shown)).toEqual([{ kind: 'INSERT', keys: other, image: other }]);
      expect(all).toHaveLength(4);
    });

    it('tells of every record where it stands, and when it was written', async () => {
      const { table, records } = await open();
      const pk = fresh();
      for (const sk of ['a', 'b', 'c']) await table.write(put({ pk, sk }));
      const all = await records(pk);
      const numbers = all.map(({ dynamodb }) => BigInt(dynamodb?.SequenceNumber ?? ''));
      expect(numbers).toHaveLength(3);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => (a < b ? -1 : 1)));
      for (const record of all) {
        expect(record).toMatchObject({
          eventID: expect.stringMatching(/^[0-9a-f-]{32,36}$/),
          eventSource: 'aws:dynamodb',
          awsRegion: expect.any(String),
          dynamodb: {
            StreamViewType: 'NEW_IMAGE',
            ApproximateCreationDateTime: expect.any(Number),
            SizeBytes: expect.any(Number),
          },
        });
      }
    });

    it('tells nothing of what was refused, nor of a delete that found nothing', async () => {
      const { table, records } = await open();
      const pk = fresh();
      await table.write(put({ pk, sk: 'a', n: 1 }));
      await table.write({ ...put({ pk, sk: 'a', n: 2 }), when: { absent: true } });
      await table.transact([
        put({ pk, sk: 'b' }),
        { kind: 'check', table: 'timeline', key: { pk, sk: 'a' }, when: { absent: true } },
      ]);
      await table.write({ kind: 'delete', table: 'timeline', key: { pk, sk: 'never' } });
      expect((await records(pk)).map(({ eventName }) => eventName)).toEqual(['INSERT']);
    });
  });
};

/** The AWS adapter's own attribute is no part of an item. */
const shown = ({ eventName, dynamodb }: DynamoDBRecord) => {
  const { attempt: _, ...image } = dynamodb?.NewImage ?? {};
  return {
    kind: eventName,
    keys: dynamodb?.Keys,
    image: dynamodb?.NewImage === undefined ? undefined : image,
  };
};
