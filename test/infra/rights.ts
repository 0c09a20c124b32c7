import { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';
import { exampleConfig } from '../../infra/config.ts';
import type { FunctionRow } from '../../infra/function-row.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import type { TableName } from '../../shared/ports/table.ts';
import { stackOf } from './synthesised.ts';

/** A statement of a policy, as it stands in the template. */
export type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
};
/** A resource of the template; what it has depends on its type. */
export type Resource = ReturnType<Template['toJSON']>;

export const stack = stackOf(exampleConfig);
export const resources: Readonly<Record<string, Resource>> =
  Template.fromStack(stack).toJSON()['Resources'];

export const all = (...types: readonly string[]): readonly (readonly [string, Resource])[] =>
  Object.entries(resources).filter(([, { Type: type }]) => types.includes(type));

/** A value of the template as text: what is known at deployment only stands in `<>`. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[kind, of] = []] = Object.entries(value);
  if (kind === 'Ref') return `<${of}>`;
  if (kind === 'Fn::GetAtt') return `<${of.join('.')}>`;
  if (kind === 'Fn::Join') return of[1].map(textOf).join('');
  return JSON.stringify(value, (_key, part) =>
    typeof part === 'object' && part !== null && /^(Ref|Fn::)/.test(Object.keys(part)[0] ?? '')
      ? textOf(part)
      : part,
  );
};

export const listOf = (value: unknown): readonly unknown[] => [value].flat();

/** What statements allow and deny, one action on one resource to a line. */
const rightsOf = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap(({ Effect, Action, Resource, Condition }) =>
    listOf(Action).flatMap((action) =>
      listOf(Resource).map((resource) =>
        [Effect, action, textOf(resource), ...(Condition ? [textOf(Condition)] : [])].join(' '),
      ),
    ),
  );

/** All that a role may do, wherever it says so. */
export const rightsOfRole = (role: string): readonly string[] => {
  const { ManagedPolicyArns, Policies } = resources[role]?.Properties ?? {};
  expect([ManagedPolicyArns, Policies]).toEqual([undefined, undefined]);
  const policies = all('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy').filter(([, policy]) =>
    listOf(policy.Properties['Roles']).some((one) => textOf(one) === `<${role}>`),
  );
  return policies.flatMap(([, policy]) =>
    rightsOf(policy.Properties['PolicyDocument']['Statement']),
  );
};

const words = (name: string) =>
  name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.slice(-1).toUpperCase());
export const account = '<AWS::Region>:<AWS::AccountId>';
const tableArn = (name: TableName) => `<${words(name)}Table.Arn>`;
export const queueArn = (name: QueueName) => `<${words(name)}Queue.Arn>`;

export const allow = (actions: readonly string[], ...on: readonly string[]) =>
  actions.flatMap((action) => on.map((resource) => `Allow ${action} ${resource}`));

/** The words of a row's grants and trigger in IAM's, written anew: `infra/constructs/grants.ts` is what is tested. */
export function expectedRights({ grants, trigger }: FunctionRow, logs: string): readonly string[] {
  const read = ['GetItem', 'BatchGetItem', 'Query', 'ConditionCheckItem'];
  const write = ['PutItem', 'UpdateItem', 'DeleteItem'];
  const onDynamo = (actions: readonly string[], ...on: readonly string[]) =>
    allow(
      actions.map((action) => `dynamodb:${action}`),
      ...on,
    );
  // `entries` forgets that the keys are the table names.
  const tables = Object.entries(grants.tables ?? {}) as [TableName, 'read' | 'write'][];
  const rights = [
    ...allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logs),
    ...allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    ...tables.flatMap(([name, access]) => [
      ...onDynamo([...read, ...(access === 'write' ? write : [])], tableArn(name)),
    ]),
    ...(grants.scans ?? []).flatMap((name) => onDynamo(['Scan'], tableArn(name))),
    ...(grants.due ?? []).flatMap((name) => onDynamo(['Query'], `${tableArn(name)}/index/due`)),
    ...(grants.sendsTo ?? []).flatMap((name) => allow(['sqs:SendMessage'], queueArn(name))),
    ...(grants.bus ? allow(['events:PutEvents'], `<${idOf('EventsBus')}.Arn>`) : []),
    ...(grants.secrets ? allow(['secretsmanager:GetSecretValue'], '<LinkSigningSecret>') : []),
    ...(grants.schedules ? schedulingRights() : []),
    ...(grants.email ? emailRights() : []),
    ...(grants.text
      ? [...allow(['sns:Publish'], '*'), 'Deny sns:Publish arn:<AWS::Partition>:sns:*:*:*']
      : []),
    ...(grants.push ? pushRights() : []),
    ...(trigger.kind === 'queue'
      ? allow(
          ['Receive', 'Delete'].map((verb) => `sqs:${verb}Message`),
          queueArn(trigger.queue),
        ).concat(
          allow(
            ['sqs:ChangeMessageVisibility', 'sqs:GetQueueUrl', 'sqs:GetQueueAttributes'],
            queueArn(trigger.queue),
          ),
        )
      : []),
    ...(trigger.kind === 'stream'
      ? [
          ...onDynamo(
            ['DescribeStream', 'GetRecords', 'GetShardIterator'],
            '<TimelineTable.StreamArn>',
          ),
          ...onDynamo(['ListStreams'], '*'),
          ...allow(['s3:PutObject'], '<FailedBatchesBucket.Arn>/*'),
          ...allow(['s3:ListBucket'], '<FailedBatchesBucket.Arn>'),
        ]
      : []),
  ];
  return rights;
}

const schedulingRights = () => [
  ...allow(
    ['Create', 'Update', 'Delete'].map((verb) => `scheduler:${verb}Schedule`),
    `arn:<AWS::Partition>:scheduler:${account}:schedule/Perennial/*`,
  ),
  `Allow iam:PassRole <${idOf('EventsSchedulerRole')}.Arn> {"StringEquals":{"iam:PassedToService":"scheduler.amazonaws.com"}}`,
  ...allow(
    ['PutRule', 'DeleteRule', 'PutTargets', 'RemoveTargets'].map((verb) => `events:${verb}`),
    `arn:<AWS::Partition>:events:${account}:rule/Perennial/*`,
  ),
];

const emailRights = () => {
  const bulk = ['ses:SendBulkEmail', 'ses:SendBulkTemplatedEmail'];
  const ses = `arn:<AWS::Partition>:ses:${account}:`;
  const fromSender = '{"StringEquals":{"ses:FromAddress":"news@example.com"}}';
  return [
    ...allow(
      bulk,
      `${ses}identity/<${idOf('EmailIdentity')}>`,
      `${ses}configuration-set/<${idOf('EmailConfigurationSet')}>`,
      `${ses}template/*`,
    ),
    ...allow(bulk, `${ses}identity/* ${fromSender}`),
    ...allow(['ses:GetAccount'], '*'),
  ];
};

const pushRights = () =>
  allow(
    ['sns:CreatePlatformEndpoint', 'sns:Publish', 'sns:DeleteEndpoint'],
    ...['APNS', 'GCM'].flatMap((platform) =>
      ['app', 'endpoint'].map(
        (kind) =>
          `arn:aws:sns:eu-west-1:123456789012:${kind}/${platform}/Example${kind === 'app' ? '' : '/*'}`,
      ),
    ),
  );

/** The one resource that CDK has named so: the path of its construct, and eight digits. */
export function idOf(path: string): string {
  const found = Object.keys(resources).filter((id) => id.replace(/[0-9A-F]{8}$/, '') === path);
  expect([path, found.length]).toEqual([path, 1]);
  return found[0] ?? '';
}
