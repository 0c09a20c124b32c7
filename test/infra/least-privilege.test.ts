import { Validations } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import type { FunctionRow } from '../../infra/function-row.ts';
import { functions } from '../../infra/manifest.ts';
import {
  account,
  all,
  allow,
  expectedRights,
  idOf,
  listOf,
  queueArn,
  type Resource,
  resources,
  rightsOfRole,
  type Statement,
  stack,
  textOf,
} from './rights.ts';

const lambdas = all('AWS::Lambda::Function').map(([, { Properties: properties }]) => properties);

const partsOf = (row: FunctionRow) => {
  const lambda = lambdas.find(({ Description }) => String(Description).startsWith(`${row.file}.`));
  const role = textOf(lambda?.['Role']).slice(1, -'.Arn>'.length);
  const { LogGroup: logs } = lambda?.['LoggingConfig'] ?? {};
  return { role, logs: textOf(logs).replace('>', '.Arn>') };
};

describe.each(functions)('$file', (row) => {
  it('may do what its row of the manifest says, no more and no less', () => {
    const { role, logs } = partsOf(row);
    expect(rightsOfRole(role).toSorted()).toEqual(
      [...new Set(expectedRights(row, logs))].toSorted(),
    );
  });
});

describe('the roles that no function has', () => {
  const theirs = new Set(functions.map((row) => partsOf(row).role));
  const others = all('AWS::IAM::Role').filter(([id]) => !theirs.has(id));
  const trustOf = (role: Resource) => {
    const [statement, ...more] = listOf(role.Properties['AssumeRolePolicyDocument']['Statement']);
    expect(more).toEqual([]);
    // The template's own statement of trust.
    const { Principal, Condition } = statement as Statement;
    return `${textOf(Principal)} ${textOf(Condition)}`;
  };
  const inAccount = '{"StringEquals":{"aws:SourceAccount":"<AWS::AccountId>"}}';
  const from = (service: string, condition = inAccount) =>
    `{"Service":"${service}.amazonaws.com"} ${condition}`;

  it('are those of schedules and of the logs of SMS, each for one service of this account', () => {
    const found = others.map(([id, role]) => [id.slice(0, -8), trustOf(role), rightsOfRole(id)]);
    const group = `<${idOf('EventsSchedules')}.Arn>`;
    const ofGroup = `{"StringEquals":{"aws:SourceAccount":"<AWS::AccountId>","aws:SourceArn":"${group}"}}`;
    const invoke = (name: string) => allow(['lambda:InvokeFunction'], `<${idOf(name)}.Arn>`);
    const smsLogs = `arn:<AWS::Partition>:logs:${account}:log-group:sns/<AWS::Region>/<AWS::AccountId>/DirectPublishToPhoneNumber*`;
    const writing = ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents', 'PutMetricFilter'];
    expect(found).toEqual([
      [
        'EventsSchedulerRole',
        from('scheduler', ofGroup),
        allow(['sqs:SendMessage'], queueArn('runs')),
      ],
      ['TriggersMinuteRole', from('scheduler'), invoke('Functionssweepdueslots')],
      ['TriggersRatepostcanaryRole', from('scheduler'), invoke('Functionspostcanary')],
      [
        'TextsStatusRole',
        from('sns'),
        allow(
          [...writing, 'PutRetentionPolicy'].map((verb) => `logs:${verb}`),
          smsLogs,
        ),
      ],
    ]);
  });

  it('are no roles of custom resources: nothing runs but the functions of the manifest', () => {
    expect(lambdas).toHaveLength(functions.length);
    const custom = Object.values(resources).filter(({ Type: type }) =>
      /^Custom::|Custom/.test(type),
    );
    expect(custom).toEqual([]);
  });
});

describe('whoever is let in from outside', () => {
  const policies = all('AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy');
  const statements = policies.flatMap(
    ([, policy]): readonly Statement[] => policy.Properties['PolicyDocument']['Statement'],
  );

  it('is a service of AWS, for one source of this account', () => {
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Principal }) => textOf(Principal)).toSorted()).toEqual(
      [
        'cloudwatch.amazonaws.com',
        // Email events also to their dead letters.
        ...['canary', 'conversions', 'email-events', 'email-events', 'triggers'].map(
          () => 'events.amazonaws.com',
        ),
        'sms-voice.amazonaws.com',
        'sns.amazonaws.com',
      ].map((service) => `{"Service":"${service}"}`),
    );
    for (const { Condition, Action } of allowed) {
      expect(textOf(Condition)).toMatch(/aws:SourceArn|"aws:SourceAccount":"<AWS::AccountId>"/);
      expect(['sqs:SendMessage', 'sns:Publish']).toContain(Action);
    }
  });

  it('is nobody without TLS, to any queue, topic or bucket', () => {
    const denied = statements.filter(({ Effect }) => Effect === 'Deny');
    for (const { Condition } of denied) {
      expect(Condition).toEqual({ Bool: { 'aws:SecureTransport': 'false' } });
    }
    const stores = all('AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::S3::Bucket');
    expect(denied).toHaveLength(stores.length);
    expect(policies).toHaveLength(stores.length);
  });

  it('calls functions as the API or as the logs of SMS alone', () => {
    for (const [id, { Properties: properties }] of all('AWS::Lambda::Permission')) {
      const { Principal, SourceArn } = properties;
      const source = textOf(SourceArn);
      expect([id, Principal, source]).toEqual([
        id,
        expect.stringMatching(/^(apigateway|logs)\.amazonaws\.com$/),
        expect.stringMatching(
          Principal === 'logs.amazonaws.com'
            ? /:log-group:sns\/.+\/DirectPublishToPhoneNumber\*$/
            : /^arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<ApiHttp\w+>\/\*\/\*\/(v1|u|l|health|admin)/,
        ),
      ]);
    }
  });

  it('has no other policy to be let in by', () => {
    const kinds = Object.values(resources).map(({ Type: type }) => String(type));
    expect([...new Set(kinds)].filter((type) => /Policy|Permission/.test(type)).toSorted()).toEqual(
      [
        'AWS::IAM::Policy',
        'AWS::Lambda::Permission',
        'AWS::S3::BucketPolicy',
        'AWS::SNS::TopicPolicy',
        'AWS::SQS::QueuePolicy',
      ],
    );
  });
});

describe('the exceptions from AWS’s good practice', () => {
  const acknowledged = stack.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      // What `acknowledge` has noted: the rule, and the reason.
      .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>))
      .map(([rule, reason]) => ({
        path: node.path,
        rule: rule.replace(/^.*::(?=AwsSol)/, ''),
        reason,
      })),
  );

  it('are these, each with its reason', () => {
    const rules = new Set(acknowledged.map(({ rule }) => rule.replace(/\[.*$/, '')));
    expect([...rules].toSorted()).toEqual([
      'AwsSolutions-APIG4',
      'AwsSolutions-COG2',
      'AwsSolutions-COG8',
      'AwsSolutions-IAM5',
      'AwsSolutions-S1',
      'AwsSolutions-SMG4',
    ]);
    for (const { reason } of acknowledged) expect(reason.length).toBeGreaterThan(40);
  });

  it('name each wildcard that a role has, and none that it has not', () => {
    const named = acknowledged.flatMap(({ path, rule }) => {
      const [, wildcard] = /^AwsSolutions-IAM5\[Resource::(.+)\]$/.exec(rule) ?? [];
      return wildcard === undefined ? [] : [`${path} ${wildcard}`];
    });
    const roles = stack.node.findAll().filter((construct) => construct instanceof CfnRole);
    const had = roles.flatMap((role) => {
      const wild = rightsOfRole(String(stack.resolve(role.logicalId)))
        .filter((right) => right.startsWith('Allow'))
        .map((right) => right.split(' ')[2] ?? '')
        .filter((resource) => resource.includes('*'));
      return [...new Set(wild)].map((resource) => `${role.node.scope?.node.path} ${resource}`);
    });
    expect(had.toSorted()).toEqual(named.toSorted());
  });
});
