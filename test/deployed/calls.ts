import * as z from 'zod';
import type { Need } from './policy.ts';

/** A request to an AWS service as it stood on the wire. */
export type Request = {
  readonly service: string;
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  /** `X-Amz-Target`, of the services that speak JSON. */
  readonly target: string | undefined;
  readonly body: string;
};

/** A call in the words of IAM: what it is, and every right it needs. */
export type Call = {
  readonly operation: string;
  readonly needs: readonly Need[];
  /** The parsed body, for who wants to look at it. */
  readonly input: unknown;
};

/** The account that everything was made in, and where its HTTP API answers. */
export type Place = {
  readonly region: string;
  readonly account: string;
  readonly apiUrl: string;
};

/** Reads a request; a service or an operation that nobody thought of throws, so that no call goes unjudged. */
export function callOf(request: Request, place: Place): Call {
  const { service, target } = request;
  const operation = target?.split('.').at(-1) ?? '';
  switch (service) {
    case 'dynamodb':
      return { ...jsonCall(request), ...dynamoNeeds(target ?? '', request.body, place) };
    case 'sqs':
      return { ...jsonCall(request), operation, needs: [queueNeed(operation, request, place)] };
    case 'events':
      return { ...jsonCall(request), operation, needs: eventNeeds(operation, request, place) };
    case 'secretsmanager': {
      const { SecretId } = z.object({ SecretId: z.string() }).parse(JSON.parse(request.body));
      const action = `secretsmanager:${operation}`;
      return { ...jsonCall(request), operation, needs: [{ action, resource: SecretId }] };
    }
    case 'scheduler':
      return scheduleCall(request, place);
    case 'sns':
      return textCall(request);
    case 'ses':
      return emailCall(request, place);
    default:
      throw new Error(`The story does not know what rights a call to ${service} needs.`);
  }
}

const jsonCall = ({ body }: Request): { readonly input: unknown } => ({
  input: body === '' ? undefined : (JSON.parse(body) as unknown),
});

const named = (kind: string) => (place: Place, name: string) =>
  `arn:aws:${kind.replace('REGION', place.region).replace('ACCOUNT', place.account)}${name}`;
const tableArn = named('dynamodb:REGION:ACCOUNT:table/');
const queueArn = named('sqs:REGION:ACCOUNT:');
const busArn = named('events:REGION:ACCOUNT:event-bus/');
const ruleArn = named('events:REGION:ACCOUNT:rule/');
const scheduleArn = named('scheduler:REGION:ACCOUNT:schedule/');
const sesArn = named('ses:REGION:ACCOUNT:');

const oneTableSchema = z.looseObject({ TableName: z.string(), IndexName: z.string().optional() });
const transactionSchema = z.object({
  TransactItems: z.array(
    z.partialRecord(
      z.enum(['Put', 'Update', 'Delete', 'ConditionCheck', 'Get']),
      z.object({ TableName: z.string() }).optional(),
    ),
  ),
});
const batchSchema = z.object({ RequestItems: z.record(z.string(), z.unknown()) });

function dynamoNeeds(
  target: string,
  body: string,
  place: Place,
): { readonly operation: string; readonly needs: readonly Need[] } {
  const operation = target.split('.').at(-1) ?? '';
  const input: unknown = JSON.parse(body);
  const action = `dynamodb:${operation}`;
  if (target.startsWith('DynamoDBStreams')) {
    const { StreamArn } = z.looseObject({ StreamArn: z.string() }).parse(input);
    return { operation, needs: [{ action, resource: StreamArn }] };
  }
  switch (operation) {
    // IAM asks for the right to each step; the transaction itself is no action.
    case 'TransactWriteItems': {
      const { TransactItems } = transactionSchema.parse(input);
      const steps = TransactItems.flatMap((item) => Object.entries(item));
      const needs = steps.map(([step, value]) => ({
        action: step === 'ConditionCheck' ? 'dynamodb:ConditionCheckItem' : `dynamodb:${step}Item`,
        resource: tableArn(place, value?.TableName ?? ''),
      }));
      return { operation, needs };
    }
    case 'BatchGetItem':
    case 'BatchWriteItem': {
      const tables = Object.keys(batchSchema.parse(input).RequestItems);
      return {
        operation,
        needs: tables.map((name) => ({ action, resource: tableArn(place, name) })),
      };
    }
    default: {
      const { TableName, IndexName } = oneTableSchema.parse(input);
      const table = tableArn(place, TableName);
      const resource = IndexName === undefined ? table : `${table}/index/${IndexName}`;
      return { operation, needs: [{ action, resource }] };
    }
  }
}

function queueNeed(operation: string, { body }: Request, place: Place): Need {
  const { QueueUrl } = z.looseObject({ QueueUrl: z.string() }).parse(JSON.parse(body));
  const resource = queueArn(place, QueueUrl.split('/').at(-1) ?? '');
  // The rights of batches are those of the single calls.
  return { action: `sqs:${operation.replace(/Batch$/, '')}`, resource };
}

function eventNeeds(operation: string, { body }: Request, place: Place): readonly Need[] {
  const input: unknown = JSON.parse(body);
  const action = `events:${operation}`;
  if (operation === 'PutEvents') {
    const entrySchema = z.looseObject({ EventBusName: z.string().default('default') });
    const { Entries } = z.object({ Entries: z.array(entrySchema) }).parse(input);
    return Entries.map(({ EventBusName }) => ({ action, resource: busArn(place, EventBusName) }));
  }
  const { Name, Rule, EventBusName } = z
    .looseObject({
      Name: z.string().optional(),
      Rule: z.string().optional(),
      EventBusName: z.string(),
    })
    .parse(input);
  return [{ action, resource: ruleArn(place, `${EventBusName}/${Name ?? Rule ?? ''}`) }];
}

const scheduleSchema = z.looseObject({
  GroupName: z.string(),
  Target: z.looseObject({ RoleArn: z.string() }),
});
const scheduleOperations: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  PUT: 'UpdateSchedule',
  DELETE: 'DeleteSchedule',
  GET: 'GetSchedule',
};

function scheduleCall({ method, path, body }: Request, place: Place): Call {
  const { pathname, searchParams } = new URL(path, 'http://scheduler');
  const operation = scheduleOperations[method];
  const name = /^\/schedules\/([^/]+)$/.exec(pathname)?.[1];
  if (operation === undefined || name === undefined) {
    throw new Error(`The story does not know the call ${method} ${path} to the scheduler.`);
  }
  const action = `scheduler:${operation}`;
  if (operation === 'DeleteSchedule' || operation === 'GetSchedule') {
    const group = searchParams.get('groupName') ?? 'default';
    const resource = scheduleArn(place, `${group}/${name}`);
    return { operation, needs: [{ action, resource }], input: undefined };
  }
  const input: unknown = JSON.parse(body);
  const { GroupName, Target } = scheduleSchema.parse(input);
  const pass = {
    action: 'iam:PassRole',
    resource: Target.RoleArn,
    keys: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
  };
  const resource = scheduleArn(place, `${GroupName}/${name}`);
  return { operation, needs: [{ action, resource }, pass], input };
}

function textCall({ body }: Request): Call {
  const input = Object.fromEntries(new URLSearchParams(body));
  const operation = input['Action'] ?? '';
  // A phone number has no ARN: the resource is the number itself.
  const resource =
    input['TopicArn'] ??
    input['TargetArn'] ??
    input['EndpointArn'] ??
    input['PlatformApplicationArn'] ??
    input['PhoneNumber'] ??
    'a resource without a name';
  return { operation, needs: [{ action: `sns:${operation}`, resource }], input };
}

const bulkSchema = z.looseObject({
  FromEmailAddress: z.string(),
  ConfigurationSetName: z.string(),
});

function emailCall({ method, path, body }: Request, place: Place): Call {
  const at = `${method} ${path}`;
  if (at === 'GET /v2/email/account') {
    const needs = [{ action: 'ses:GetAccount', resource: '*' }];
    return { operation: 'GetAccount', needs, input: undefined };
  }
  if (at !== 'POST /v2/email/outbound-bulk-emails') {
    throw new Error(`The story does not know the call ${at} to SES.`);
  }
  const input: unknown = JSON.parse(body);
  const { FromEmailAddress, ConfigurationSetName } = bulkSchema.parse(input);
  const domain = FromEmailAddress.replace(/>$/, '').split('@').at(-1) ?? '';
  const resources = [
    sesArn(place, `identity/${domain}`),
    sesArn(place, `configuration-set/${ConfigurationSetName}`),
  ];
  const needs = resources.map((resource) => ({ action: 'ses:SendBulkEmail', resource }));
  return { operation: 'SendBulkEmail', needs, input };
}
