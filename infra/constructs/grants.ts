import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { tableDefinitions } from '../../shared/adapters/aws/table-definitions.ts';
import type { SecretName } from '../../shared/ports/secrets.ts';
import type { TableName } from '../../shared/ports/table.ts';
import type { Grants } from '../function-row.ts';
import type { Data } from './data.ts';
import type { Email } from './email.ts';
import type { Events } from './events.ts';
import type { Queues } from './queues.ts';

/** Everything a function may be granted. */
export type Resources = {
  readonly data: Data;
  readonly queues: Queues;
  readonly events: Events;
  readonly email: Email;
  readonly secrets: Readonly<Record<SecretName, Secret>>;
  /** The ARNs of the company's platform applications for push messages. */
  readonly applications: readonly string[];
};

const readActions = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:ConditionCheckItem',
];
const writeActions = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

/** The IAM statements of one row of the manifest, and nothing beyond it. */
export function statementsOf(grants: Grants, resources: Resources): readonly PolicyStatement[] {
  return [
    ...tableStatements(grants, resources),
    ...allow(
      grants.sendsTo !== undefined,
      ['sqs:SendMessage'],
      (grants.sendsTo ?? []).map((name) => resources.queues.pairs[name].queue.queueArn),
    ),
    ...allow(grants.bus, ['events:PutEvents'], [resources.events.bus.eventBusArn]),
    ...(grants.schedules === true ? scheduleStatements(resources.events) : []),
    ...(grants.email === true ? emailStatements(resources.email) : []),
    ...(grants.text === true ? smsStatements() : []),
    ...(grants.push === true ? resources.applications.map(pushStatement) : []),
    ...allow(
      grants.secrets !== undefined,
      ['secretsmanager:GetSecretValue'],
      (grants.secrets ?? []).map((name) => resources.secrets[name].secretArn),
    ),
  ];
}

function tableStatements(grants: Grants, { data }: Resources): readonly PolicyStatement[] {
  // `entries` forgets that the keys are the table names.
  const granted = Object.entries(grants.tables ?? {}) as [TableName, 'read' | 'write'][];
  return granted.flatMap(([name, access]) => {
    const arn = data.tables[name].tableArn;
    const { dueIndex } = tableDefinitions[name];
    const actions = [
      ...readActions,
      ...(access === 'write' ? writeActions : []),
      ...(grants.scans?.includes(name) === true ? ['dynamodb:Scan'] : []),
    ];
    return [
      new PolicyStatement({ actions, resources: [arn] }),
      ...allow(grants.due?.includes(name), ['dynamodb:Query'], [`${arn}/index/${dueIndex?.name}`]),
    ];
  });
}

function scheduleStatements(events: Events): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'],
      resources: [events.scheduleArns],
    }),
    new PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [events.schedulerRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    }),
    new PolicyStatement({
      actions: ['events:PutRule', 'events:PutTargets', 'events:RemoveTargets', 'events:DeleteRule'],
      resources: [events.ruleArns],
    }),
  ];
}

/** SES checks its v2 call by the name of the v1 action too. */
const bulkActions = ['ses:SendBulkEmail', 'ses:SendBulkTemplatedEmail'];

function emailStatements(email: Email): readonly PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: bulkActions,
      resources: [
        email.identity.emailIdentityArn,
        email.configurationSetArn,
        // IAM's reference says that the call needs a template; ours goes along in it and has no name.
        email.arnOf('template', '*'),
      ],
    }),
    // An address that is an identity itself is checked by its own ARN: recipients in the sandbox of SES
    // are, and so is a sender whom somebody has verified besides the domain.
    new PolicyStatement({
      actions: bulkActions,
      resources: [email.arnOf('identity', '*')],
      conditions: { StringEquals: { 'ses:FromAddress': email.senderAddress } },
    }),
    // What the account may send is asked of the account.
    new PolicyStatement({ actions: ['ses:GetAccount'], resources: ['*'] }),
  ];
}

/** A phone number is no AWS resource, so publishing is allowed everywhere but denied for all that has an ARN. */
function smsStatements(): readonly PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['sns:Publish'], resources: ['*'] }),
    new PolicyStatement({
      effect: Effect.DENY,
      actions: ['sns:Publish'],
      resources: [`arn:${Aws.PARTITION}:sns:*:*:*`],
    }),
  ];
}

/** SNS checks calls about a device by the ARN of its endpoint or of its application. */
const pushStatement = (application: string): PolicyStatement =>
  new PolicyStatement({
    actions: ['sns:CreatePlatformEndpoint', 'sns:Publish', 'sns:DeleteEndpoint'],
    resources: [application, endpointsOf(application)],
  });

/** The endpoints of a platform application, all of them. */
export const endpointsOf = (application: string): string =>
  `${application.replace(':app/', ':endpoint/')}/*`;

function allow(
  granted: boolean | undefined,
  actions: string[],
  resources: string[],
): readonly PolicyStatement[] {
  return granted === true ? [new PolicyStatement({ actions, resources })] : [];
}
