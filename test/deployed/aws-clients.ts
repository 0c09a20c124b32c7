import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where calls go and who makes them. */
export type Connection = {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
};

const configurationOf = ({ endpoint, region, accessKeyId }: Connection) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey: 'story' },
});

/** The clients of who sets up the account. */
export function clientsOf(connection: Connection) {
  const configuration = configurationOf(connection);
  return {
    dynamo: new DynamoDBClient(configuration),
    events: new EventBridgeClient(configuration),
    scheduler: new SchedulerClient(configuration),
    secrets: new SecretsManagerClient(configuration),
    sns: new SNSClient(configuration),
    sqs: new SQSClient(configuration),
  };
}

export type Clients = ReturnType<typeof clientsOf>;

export const queueClient = (connection: Connection): SQSClient =>
  new SQSClient(configurationOf(connection));

/** A call to the streams of DynamoDB, for which no client is among the dependencies. */
export async function streamCall(
  { endpoint, region, accessKeyId }: Connection,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const scope = `${accessKeyId}/20261122/${region}/dynamodb/aws4_request`;
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=story`,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
