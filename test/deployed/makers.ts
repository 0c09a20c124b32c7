import { CreateTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Clients } from './aws-clients.ts';
import type { Place } from './calls.ts';

/** What `Ref` and `Fn::GetAtt` answer of a resource that is there. */
export type Made = {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
};

export type Making = {
  /** The logical id. */
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly clients: Clients;
  readonly place: Place;
};

type Maker = (making: Making) => Promise<Made>;

/** The name CloudFormation would give a resource that has none of its own. */
const generated = (id: string): string => `Perennial-${id}-STORY`;

const arnOf = ({ region, account }: Place, service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${account}:${resource}`;

/** A resource that only its name is needed of here. */
const named =
  (
    refOf: (making: Making) => string,
    attributesOf: (making: Making) => Made['attributes'],
  ): Maker =>
  async (making) => ({ ref: refOf(making), attributes: attributesOf(making) });

const byId = ({ id }: Making): string => generated(id);
const nothing = (): Made['attributes'] => ({});

/** Made by requests to a server that knows the service. */
const onServers: Readonly<Record<string, Maker>> = {
  'AWS::DynamoDB::Table': makeTable,
  'AWS::SQS::Queue': makeQueue,
  'AWS::Events::EventBus': async ({ properties, clients }) => {
    const { Name } = z.looseObject({ Name: z.string() }).parse(properties);
    const { EventBusArn = '' } = await clients.events.send(new CreateEventBusCommand({ Name }));
    return { ref: Name, attributes: { Arn: EventBusArn, Name } };
  },
  'AWS::Events::Rule': makeRule,
  'AWS::Scheduler::ScheduleGroup': async ({ properties, clients }) => {
    const { Name } = z.looseObject({ Name: z.string() }).parse(properties);
    const made = await clients.scheduler.send(new CreateScheduleGroupCommand({ Name }));
    return { ref: Name, attributes: { Arn: made.ScheduleGroupArn ?? '' } };
  },
  'AWS::Scheduler::Schedule': async ({ id, properties, clients }) => {
    const Name = generated(id);
    // The template's words are the API's.
    const input = { ...properties, Name } as ConstructorParameters<typeof CreateScheduleCommand>[0];
    await clients.scheduler.send(new CreateScheduleCommand(input));
    return { ref: Name, attributes: {} };
  },
  'AWS::SecretsManager::Secret': async ({ id, properties, clients }) => {
    const { PasswordLength } = z
      .object({ GenerateSecretString: z.looseObject({ PasswordLength: z.number() }) })
      .parse(properties).GenerateSecretString;
    const SecretString = 's'.repeat(PasswordLength);
    const made = await clients.secrets.send(
      new CreateSecretCommand({ Name: generated(id), SecretString }),
    );
    return { ref: made.ARN ?? '', attributes: {} };
  },
  'AWS::SNS::Topic': async ({ id, clients }) => {
    const made = await clients.sns.send(new CreateTopicCommand({ Name: generated(id) }));
    return { ref: made.TopicArn ?? '', attributes: { TopicArn: made.TopicArn ?? '' } };
  },
  'AWS::SNS::Subscription': makeSubscription,
};

/** Acted out by the story itself, or only named in what others carry. */
const actedOut: Readonly<Record<string, Maker>> = {
  // Each runs in a process of its own.
  'AWS::Lambda::Function': named(byId, ({ id, place }) => ({
    Arn: arnOf(place, 'lambda', `function:${generated(id)}`),
  })),
  // The wire judges every call by them.
  'AWS::IAM::Role': named(byId, ({ id, place }) => ({
    Arn: `arn:aws:iam::${place.account}:role/${generated(id)}`,
  })),
  'AWS::IAM::Policy': named(byId, nothing),
  // The driver polls as they say.
  'AWS::Lambda::EventSourceMapping': named(byId, nothing),
  // The story's gateway answers by these; moto has no HTTP API that invokes anything.
  'AWS::ApiGatewayV2::Api': named(byId, ({ place }) => ({
    ApiEndpoint: place.apiUrl,
  })),
  'AWS::ApiGatewayV2::Route': named(byId, nothing),
  'AWS::ApiGatewayV2::Integration': named(byId, nothing),
  'AWS::ApiGatewayV2::Authorizer': named(byId, nothing),
  // Who may put messages on a queue is asked of them by the story.
  'AWS::SQS::QueuePolicy': named(byId, nothing),
  // SES takes any name here: aws-ses-v2-local has no identities and no configuration sets.
  'AWS::SES::ConfigurationSet': named(byId, nothing),
  'AWS::SES::EmailIdentity': named(
    ({ properties }) => z.string().parse(properties['EmailIdentity']),
    nothing,
  ),
  // Its metrics and batches that fail for good have no reader here.
  'AWS::S3::Bucket': named(byId, ({ id }) => ({ Arn: `arn:aws:s3:::${generated(id)}` })),
  'AWS::Logs::LogGroup': named(byId, ({ id, place }) => ({
    Arn: arnOf(place, 'logs', `log-group:${generated(id)}:*`),
  })),
};

/** Not made, and why the story can do without. */
export const leftOut: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'Nobody is alarmed; test/infra reads their texts.',
  'AWS::CloudWatch::Dashboard': 'Nobody looks; test/infra reads it.',
  'AWS::Cognito::UserPool': 'The gateway vouches for users; signatures are checked by API Gateway.',
  'AWS::Cognito::UserPoolClient': 'As the user pool.',
  'AWS::Cognito::UserPoolGroup': 'As the user pool: the gateway says who is in which group.',
  'AWS::Cognito::UserPoolDomain': 'As the user pool.',
  'AWS::ApiGatewayV2::Stage': 'Throttling and access logs are of API Gateway.',
  'AWS::ApiGatewayV2::DomainName': 'DNS is not there.',
  'AWS::ApiGatewayV2::ApiMapping': 'DNS is not there.',
  'AWS::Lambda::Permission': 'Who may invoke a function is asked by test/infra.',
  'AWS::Lambda::EventInvokeConfig': 'The tick is not tried again here, as it says.',
  'AWS::S3::BucketPolicy': 'As the bucket.',
  'AWS::SNS::TopicPolicy': 'moto asks no topic who may publish.',
  'AWS::SES::ConfigurationSetEventDestination': 'The story puts the events on the bus itself.',
};

/** Undefined for a type that nobody has decided about. What is left out has a name all the same. */
export const makerOf = (type: string): Maker | undefined =>
  onServers[type] ?? actedOut[type] ?? (type in leftOut ? named(byId, nothing) : undefined);

const tableSchema = z.looseObject({
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
  PointInTimeRecoverySpecification: z.unknown().optional(),
});

async function makeTable({ id, properties, clients }: Making): Promise<Made> {
  const {
    StreamSpecification: stream,
    TimeToLiveSpecification,
    PointInTimeRecoverySpecification: _,
    ...rest
  } = tableSchema.parse(properties);
  const TableName = generated(id);
  const StreamSpecification = stream && { ...stream, StreamEnabled: true };
  // Otherwise the template's words are the API's.
  const input = { ...rest, TableName, StreamSpecification } as ConstructorParameters<
    typeof CreateTableCommand
  >[0];
  const { TableDescription } = await clients.dynamo.send(new CreateTableCommand(input));
  if (TimeToLiveSpecification !== undefined) {
    await clients.dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  const { TableArn = '', LatestStreamArn = '' } = TableDescription ?? {};
  return { ref: TableName, attributes: { Arn: TableArn, StreamArn: LatestStreamArn } };
}

async function makeQueue({ id, properties, clients, place }: Making): Promise<Made> {
  const QueueName = generated(id);
  const Attributes = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const made = await clients.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return {
    ref: made.QueueUrl ?? '',
    attributes: { Arn: arnOf(place, 'sqs', QueueName), QueueName },
  };
}

const ruleSchema = z.strictObject({
  EventBusName: z.string(),
  EventPattern: z.unknown(),
  State: z.enum(['ENABLED']),
  Targets: z.array(
    z.strictObject({
      Id: z.string(),
      Arn: z.string(),
      DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
    }),
  ),
});

async function makeRule({ id, properties, clients, place }: Making): Promise<Made> {
  const { EventPattern, Targets, ...rest } = ruleSchema.parse(properties);
  const Name = generated(id);
  const pattern = JSON.stringify(EventPattern);
  await clients.events.send(new PutRuleCommand({ ...rest, Name, EventPattern: pattern }));
  const { EventBusName } = rest;
  await clients.events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }));
  const path = EventBusName === 'default' ? Name : `${EventBusName}/${Name}`;
  return { ref: Name, attributes: { Arn: arnOf(place, 'events', `rule/${path}`) } };
}

const subscriptionSchema = z.looseObject({
  Endpoint: z.string(),
  Protocol: z.string(),
  TopicArn: z.string(),
  RawMessageDelivery: z.boolean().optional(),
});

async function makeSubscription({ properties, clients }: Making): Promise<Made> {
  const { RawMessageDelivery, ...subscription } = subscriptionSchema.parse(properties);
  const made = await clients.sns.send(
    new SubscribeCommand({
      ...subscription,
      ...(RawMessageDelivery && { Attributes: { RawMessageDelivery: 'true' } }),
    }),
  );
  return { ref: made.SubscriptionArn ?? '', attributes: {} };
}
