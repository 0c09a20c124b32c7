import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { type Clients, openClients } from '../../infra/doctor/account/clients.ts';
import { queueIds } from '../../infra/doctor/account/deployed.ts';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import type { TableName } from '../../shared/ports/table.ts';
import { connection } from './aws-world.ts';

const tableIds = {
  profiles: 'ProfilesTable',
  timeline: 'TimelineTable',
  marketing: 'MarketingTable',
} as const satisfies Record<TableName, string>;

function table(name: TableName) {
  const { partitionKey, sortKey, dueIndex, stream } = tableDefinitions[name];
  const schema = (keys: readonly string[]) =>
    keys.map((key, place) => ({ AttributeName: key, KeyType: place === 0 ? 'HASH' : 'RANGE' }));
  const keys = [partitionKey, ...(sortKey === undefined ? [] : [sortKey])];
  const due = dueIndex === undefined ? [] : [dueIndex.partitionKey, dueIndex.sortKey];
  return {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: name !== 'profiles',
      KeySchema: schema(keys),
      AttributeDefinitions: [...keys, ...due].map((key) => ({
        AttributeName: key,
        AttributeType: 'S',
      })),
      ...(due.length > 0 && {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'due',
            KeySchema: schema(due),
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      }),
      ...(stream && { StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }),
      // moto looks for the API's word where CloudFormation has another.
      SSESpecification: { SSEEnabled: true, Enabled: name !== 'marketing' },
    },
  };
}

const lambda = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Handler: 'index.handler',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Runtime: 'nodejs22.x',
    Code: { ZipFile: 'exports.handler = async () => {};' },
  },
};

/** Parts of the product's stack under the logical ids that it gives them, as far as moto makes them. */
const template = () => ({
  Resources: {
    ...Object.fromEntries(
      (['profiles', 'timeline', 'marketing'] as const).map((name) => [tableIds[name], table(name)]),
    ),
    ...Object.fromEntries(
      queueNames.flatMap((name) => {
        const { queue, dead } = queueIds(name);
        return [queue, dead].map((id) => [id, { Type: 'AWS::SQS::Queue' }]);
      }),
    ),
    FailedBatchesBucket: { Type: 'AWS::S3::Bucket' },
    AlarmsTopic3A2DFEBA: {
      Type: 'AWS::SNS::Topic',
      Properties: { Subscription: [{ Protocol: 'email', Endpoint: 'oncall@shop.example' }] },
    },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    Functionsingestinputs99850084: lambda,
    IngestMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Functionsingestinputs99850084' },
        EventSourceArn: { 'Fn::GetAtt': ['InputsQueue', 'Arn'] },
        Enabled: false,
      },
    },
  },
  Outputs: { ApiUrl: { Value: 'http://127.0.0.1:1' } },
});

/** Deploys it; answers its name. */
export async function deployParts(): Promise<string> {
  const name = `Doctor-${crypto.randomUUID().slice(0, 8)}`;
  await new CloudFormationClient(connection).send(
    new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify(template()) }),
  );
  return name;
}

/** The doctor knows nothing of test servers: it finds them as any client of AWS does. */
export const doctorEnvironment = {
  AWS_ENDPOINT_URL: connection.endpoint,
  AWS_REGION: connection.region,
  AWS_ACCESS_KEY_ID: connection.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: connection.credentials.secretAccessKey,
};

/** What the environment says is read when a client is made, and at its first call. */
export function doctorClients(): Clients {
  Object.assign(process.env, doctorEnvironment);
  return openClients({ region: connection.region, profile: undefined });
}
