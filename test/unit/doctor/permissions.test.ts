import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { permissions, policy } from '../../../infra/doctor/permissions.ts';

const folder = 'infra/doctor/account';
const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

/** What IAM calls the services of the clients. */
const services: Readonly<Record<string, string>> = {
  cloudformation: 'cloudformation',
  cloudwatch: 'cloudwatch',
  'cloudwatch-logs': 'logs',
  'cognito-identity-provider': 'cognito-idp',
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  lambda: 'lambda',
  s3: 's3',
  scheduler: 'scheduler',
  'service-quotas': 'servicequotas',
  sesv2: 'ses',
  sns: 'sns',
  sqs: 'sqs',
  sts: 'sts',
};

/** Commands that IAM knows by another name. */
const renamed: Readonly<Record<string, string>> = { 's3:ListObjectsV2': 's3:ListBucket' };

/** Commands of the clients, as the actions of IAM that they need. */
const actionsOf = (source: string): readonly string[] =>
  [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g)].flatMap(
    ([, names = '', client = '']) =>
      [...names.matchAll(/\b(\w+)Command\b/g)].map(([, name]) => {
        const action = `${services[client]}:${name}`;
        return renamed[action] ?? action;
      }),
  );

const used = new Set(sources.flatMap(actionsOf));

it('the permissions that are listed are those of the calls that are made, and of the tables read by stores', () => {
  const listed = permissions.map(({ action }) => action);
  expect([...used, 'dynamodb:Query'].sort()).toEqual([...listed].sort());
});

it('each call asks by the name of the permission it needs', () => {
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/ask\(\s*'([\w-]+:\w+)'/g)].map(([, action]) => action),
  );
  expect(new Set(asked)).toEqual(new Set(permissions.map(({ action }) => action)));
});

it('nothing is changed: every permission is to read', () => {
  for (const { action } of permissions) expect(action).toMatch(/:(Describe|Get|List|Query)/);
});

it('the policy that is printed allows what is listed, and nothing else', () => {
  const [statement, ...others] = policy().Statement;
  expect(others).toEqual([]);
  expect(statement?.Effect).toBe('Allow');
  expect(statement?.Action).toEqual(permissions.map(({ action }) => action));
});
