import {
  CloudFormationClient,
  CreateStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Account } from '../../infra/recovery/account.ts';
import { stackParts } from '../../infra/recovery/stack-parts.ts';
import { type EachTable, tableNames } from '../../infra/recovery/table-names.ts';
import { SqsQueue } from '../../shared/adapters/aws/queue.ts';
import { DynamoTable } from '../../shared/adapters/aws/table.ts';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import { connection } from './aws-world.ts';

const ids = { profiles: 'ProfilesTable', timeline: 'TimelineTable', marketing: 'MarketingTable' };

/** The parts of the product's stack that a recovery asks for, as the product's own are. */
function template(inUse: EachTable<string> | undefined): string {
  const table = (name: keyof typeof ids) => {
    const { partitionKey, sortKey, dueIndex, stream } = tableDefinitions[name];
    const keysOf = (keys: readonly string[]) =>
      keys.map((key, place) => ({ AttributeName: key, KeyType: place === 0 ? 'HASH' : 'RANGE' }));
    const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])];
    const due = dueIndex === undefined ? [] : [dueIndex.partitionKey, dueIndex.sortKey];
    const index = {
      IndexName: 'due',
      KeySchema: keysOf(due),
      Projection: { ProjectionType: 'KEYS_ONLY' },
    };
    return {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        KeySchema: keysOf(keys),
        AttributeDefinitions: [...keys, ...due].map((key) => ({
          AttributeName: key,
          AttributeType: 'S',
        })),
        BillingMode: 'PAY_PER_REQUEST',
        ...(due.length > 0 && { GlobalSecondaryIndexes: [index] }),
        ...(stream && { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }),
        Tags: [{ Key: 'team', Value: 'crm' }],
      },
    };
  };
  const reader = (queue: string) => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Reader' },
      EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
    },
  });
  return JSON.stringify({
    Resources: {
      ProfilesTable: table('profiles'),
      TimelineTable: table('timeline'),
      MarketingTable: table('marketing'),
      InputsQueue: { Type: 'AWS::SQS::Queue' },
      EmailsQueue: { Type: 'AWS::SQS::Queue' },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
      },
      Reader: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Code: { ZipFile: 'exports.handler = async () => {};' },
        },
      },
      ReadsInputs: reader('InputsQueue'),
      ReadsEmails: reader('EmailsQueue'),
      ReadsTimeline: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'Reader' },
          EventSourceArn: { 'Fn::GetAtt': ['TimelineTable', 'StreamArn'] },
          StartingPosition: 'TRIM_HORIZON',
        },
      },
    },
    Outputs: Object.fromEntries(
      tableNames.map((name) => [
        `${ids[name]}Name`,
        { Value: inUse?.[name] ?? { Ref: ids[name] } },
      ]),
    ),
  });
}

/** A deployed stack of its own at the stand-in, and what reaches it. */
export async function aDeployedStack() {
  const name = `Perennial-${crypto.randomUUID().slice(0, 8)}`;
  const cloudFormation = new CloudFormationClient(connection);
  const dynamo = new DynamoDBClient(connection);
  const sqs = new SQSClient(connection);
  const sent: { readonly name: string; readonly input: object }[] = [];
  dynamo.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        sent.push({ name: commandName, input: args.input });
        return next(args);
      },
    { step: 'initialize' },
  );
  answerForTheStandIn(dynamo);
  let callsLeft = Number.POSITIVE_INFINITY;
  dynamo.middlewareStack.add(
    (next) => async (args) => {
      callsLeft -= 1;
      if (callsLeft < 0) throw new Error('Cut off.');
      const answer = await next(args);
      // The last one has its effect, and its answer is lost.
      if (callsLeft === 0) throw new Error('Cut off.');
      return answer;
    },
    { step: 'initialize', priority: 'high' },
  );
  const account: Account = {
    cloudFormation,
    dynamo,
    lambda: new LambdaClient(connection),
    table: (names) =>
      new DynamoTable({
        client: dynamo,
        tableNames: names,
        newAttempt: () => crypto.randomUUID(),
      }),
    inputs: (url) => new SqsQueue({ client: sqs, urls: { inputs: url } }),
  };
  await cloudFormation.send(
    new CreateStackCommand({ StackName: name, TemplateBody: template(undefined) }),
  );
  const { own } = await stackParts(cloudFormation, name);
  // What the stand-in's CloudFormation leaves out of a table.
  for (const table of tableNames) {
    const TableName = own[table];
    await dynamo.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
    const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
    await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await dynamo.send(
      new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }),
    );
  }
  return {
    name,
    account,
    sqs,
    sent,
    /** Has every call to DynamoDB fail after so many of them. */
    cutOffAfter: (calls: number): void => {
      callsLeft = calls;
    },
    parts: () => stackParts(cloudFormation, name),
    /** As `cdk deploy` with these tables; undefined: with the stack's own. */
    deploy: async (inUse: EachTable<string> | undefined) => {
      const TemplateBody = template(inUse);
      await cloudFormation.send(new UpdateStackCommand({ StackName: name, TemplateBody }));
    },
  };
}

const dayMs = 86_400_000;

/** moto's tables can be restored to the instant of their recovery's beginning alone; AWS's to any since. */
function answerForTheStandIn(dynamo: DynamoDBClient): void {
  dynamo.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (commandName !== 'DescribeContinuousBackupsCommand') return answer;
        // The answer to the command that it was just found to be.
        const { ContinuousBackupsDescription: description } = answer.output as {
          ContinuousBackupsDescription?: {
            PointInTimeRecoveryDescription?: Record<string, unknown>;
          };
        };
        const span = description?.PointInTimeRecoveryDescription;
        if (span?.['PointInTimeRecoveryStatus'] === 'ENABLED') {
          span['EarliestRestorableDateTime'] = new Date(Date.now() - dayMs);
          span['LatestRestorableDateTime'] = new Date();
        }
        return answer;
      },
    { step: 'initialize' },
  );
}
