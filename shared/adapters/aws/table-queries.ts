import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { InvalidRequest, type Query, type TableName } from '../../ports/table.ts';
import { assertPartitionKey, assertSortKey } from '../item-rules.ts';
import { compareKeys } from '../key-order.ts';
import { readCursor } from '../page-cursor.ts';
import { assertLimit } from '../request-rules.ts';

type RangeInput = Omit<QueryCommandInput, 'TableName'>;

/** A query of one partition as DynamoDB takes it; none when no sort key can lie in its range. */
export const queryInput = (table: TableName, query: Query): RangeInput | undefined => {
  if (table === 'profiles') throw new InvalidRequest('The table profiles has no sort key.');
  const { pk, prefix, from, to, limit } = query;
  if (prefix !== undefined && (from !== undefined || to !== undefined)) {
    throw new InvalidRequest('A query has a prefix or a range, not both.');
  }
  assertLimit(limit);
  assertPartitionKey(pk);
  for (const key of [prefix, from, to]) if (key !== undefined) assertSortKey(key);
  if (from !== undefined && to !== undefined && compareKeys(from, to) > 0) return undefined;
  const [position = ''] = readCursor(query.after, 1);
  const range = rangeOf(query);
  return {
    KeyConditionExpression: ['pk = :pk', ...range.conditions].join(' AND '),
    ExpressionAttributeValues: { ':pk': { S: pk }, ...range.values },
    ScanIndexForward: query.descending !== true,
    ConsistentRead: query.consistent === true,
    ...(limit === undefined ? {} : { Limit: limit }),
    ...(position === '' ? {} : { ExclusiveStartKey: { pk: { S: pk }, sk: { S: position } } }),
  };
};

const rangeOf = ({ prefix, from, to }: Query) => {
  const values = {
    ...(prefix === undefined ? {} : { ':prefix': { S: prefix } }),
    ...(from === undefined ? {} : { ':from': { S: from } }),
    ...(to === undefined ? {} : { ':to': { S: to } }),
  };
  if (prefix !== undefined) return { conditions: ['begins_with(sk, :prefix)'], values };
  // DynamoDB takes one condition on the sort key: two bounds have to be a BETWEEN.
  if (from !== undefined && to !== undefined) {
    return { conditions: ['sk BETWEEN :from AND :to'], values };
  }
  if (from !== undefined) return { conditions: ['sk >= :from'], values };
  if (to !== undefined) return { conditions: ['sk <= :to'], values };
  return { conditions: [], values };
};
