import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { type AccountPlace, clientPlace } from '../../account-place.ts';

export type Clients = ReturnType<typeof openClients>;

/** One client for each service that is asked. They ask and change nothing. */
export function openClients(place: Omit<AccountPlace, 'stack'>) {
  const config = {
    ...clientPlace(place),
    maxAttempts: 4,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
    },
  };
  return {
    alarms: new CloudWatchClient(config),
    buckets: new S3Client(config),
    emails: new SESv2Client(config),
    events: new EventBridgeClient(config),
    functions: new LambdaClient(config),
    identity: new STSClient(config),
    logs: new CloudWatchLogsClient(config),
    // By the endpoint of the region, whatever host a queue's URL names.
    queues: new SQSClient({ ...config, useQueueUrlAsEndpoint: false }),
    quotas: new ServiceQuotasClient(config),
    schedules: new SchedulerClient(config),
    stacks: new CloudFormationClient(config),
    tables: new DynamoDBClient(config),
    texts: new SNSClient(config),
    users: new CognitoIdentityProviderClient(config),
  };
}
