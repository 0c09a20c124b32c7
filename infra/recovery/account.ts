import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SqsQueue } from '../../shared/adapters/aws/queue.ts';
import { DynamoTable } from '../../shared/adapters/aws/table.ts';
import type { Queue } from '../../shared/ports/queue.ts';
import type { Table } from '../../shared/ports/table.ts';
import { type AccountPlace, clientPlace } from '../account-place.ts';
import type { EachTable } from './table-names.ts';

/** What a recovery reaches of an account. */
export type Account = {
  readonly cloudFormation: CloudFormationClient;
  readonly dynamo: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly table: (names: EachTable<string>) => Table;
  readonly inputs: (url: string) => Queue;
};

export function theAccount(place: AccountPlace): Account {
  const calls = { ...clientPlace(place), maxAttempts: 6 };
  const dynamo = new DynamoDBClient(calls);
  const sqs = new SQSClient(calls);
  return {
    cloudFormation: new CloudFormationClient(calls),
    dynamo,
    lambda: new LambdaClient(calls),
    table: (tableNames) =>
      new DynamoTable({ client: dynamo, tableNames, newAttempt: () => crypto.randomUUID() }),
    inputs: (url) => new SqsQueue({ client: sqs, urls: { inputs: url } }),
  };
}
