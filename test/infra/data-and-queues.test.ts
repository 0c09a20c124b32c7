import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { exampleConfig } from '../../infra/config.ts';
import { functions } from '../../infra/manifest.ts';
import { queues } from '../../infra/queue-manifest.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { stackOf, startingWith, synthesised } from './synthesised.ts';

const template = synthesised();

describe('the data', () => {
  it('keeps the logical ids of what must never be replaced', () => {
    const stateful = ['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret', 'AWS::S3::Bucket'];
    const ids = [...stateful, 'AWS::Cognito::UserPool'].flatMap((type) =>
      Object.keys(template.findResources(type)),
    );
    expect(ids.toSorted()).toEqual([
      'FailedBatchesBucket',
      'LinkSigningSecret',
      'MarketingTable',
      'ProfilesTable',
      'TimelineTable',
      'UserPool',
    ]);
  });

  it.each([
    'FailedBatchesBucket',
    'InputsDeadLetters',
    'InputsQueue',
    'LinkSigningSecret',
    'MarketingTable',
    'ProfilesTable',
    'TimelineTable',
    'UserPool',
  ])('%s stays when the stack is deleted or replaces it', (id) => {
    expect(template.toJSON()['Resources'][id]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it.each(['MarketingTable', 'ProfilesTable', 'TimelineTable'])(
    '%s is protected, restorable, encrypted, and paid by use',
    (id) => {
      expect(template.toJSON()['Resources'][id].Properties).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      });
    },
  );

  it('indexes what is due, of which a timeline has nothing', () => {
    const due = {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'dueSlot', KeyType: 'HASH' },
        { AttributeName: 'dueAt', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    };
    const tables = Object.entries(template.findResources('AWS::DynamoDB::Table'));
    const indexes = tables.map(([id, table]) => [id, table['Properties'].GlobalSecondaryIndexes]);
    expect(Object.fromEntries(indexes)).toEqual({
      MarketingTable: [due],
      ProfilesTable: [due],
      TimelineTable: undefined,
    });
  });

  it('has the keys it will always have: other keys would make CloudFormation replace a table', () => {
    const keys = (hash: string, range?: string) => [
      { AttributeName: hash, KeyType: 'HASH' },
      ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' }]),
    ];
    const text = (...names: readonly string[]) =>
      names.map((name) => ({ AttributeName: name, AttributeType: 'S' }));
    const tables = Object.entries(template.findResources('AWS::DynamoDB::Table'));
    const made = tables.map(([id, { Properties: table }]) => [
      id,
      {
        keys: table.KeySchema,
        attributes: table.AttributeDefinitions.toSorted(
          (one: { AttributeName: string }, other: { AttributeName: string }) =>
            one.AttributeName < other.AttributeName ? -1 : 1,
        ),
        // Whatever else replaces a table.
        name: table.TableName,
        local: table.LocalSecondaryIndexes,
        imported: table.ImportSourceSpecification,
      },
    ]);
    expect(Object.fromEntries(made)).toEqual({
      MarketingTable: {
        keys: keys('pk', 'sk'),
        attributes: text('dueAt', 'dueSlot', 'pk', 'sk'),
      },
      ProfilesTable: { keys: keys('pk'), attributes: text('dueAt', 'dueSlot', 'pk') },
      TimelineTable: { keys: keys('pk', 'sk'), attributes: text('pk', 'sk') },
    });
  });

  it('goes by no accident: neither with the stack, nor with a line of code, nor from the console', () => {
    expect(stackOf(exampleConfig).terminationProtection).toBe(true);
    const pool = template.toJSON()['Resources'].UserPool;
    expect(pool.Properties.DeletionProtection).toBe('ACTIVE');
    // Under a name of its own, what was kept would stand in the way of the next deployment.
    const kept = Object.values(template.toJSON()['Resources']).filter(
      (resource) => (resource as { DeletionPolicy?: string }).DeletionPolicy === 'Retain',
    );
    expect(kept).toHaveLength(3 + 1 + 1 + 1 + 6);
    for (const resource of kept) {
      const { Properties: properties = {} } = resource as { Properties?: object };
      const names = Object.keys(properties).filter((name) =>
        ['TableName', 'BucketName', 'QueueName', 'UserPoolName', 'Name'].includes(name),
      );
      expect(names).toEqual([]);
    }
  });

  it('tells of changes on the timeline alone', () => {
    const tables = Object.entries(template.findResources('AWS::DynamoDB::Table'));
    const streams = tables.map(([id, table]) => [id, table['Properties'].StreamSpecification]);
    expect(Object.fromEntries(streams)).toEqual({
      MarketingTable: undefined,
      ProfilesTable: undefined,
      TimelineTable: { StreamViewType: 'NEW_IMAGE' },
    });
  });

  it('puts timeline batches that cannot be published into the bucket, whole', () => {
    expect(() =>
      template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        EventSourceArn: { 'Fn::GetAtt': ['TimelineTable', 'StreamArn'] },
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRetryAttempts: 100,
        DestinationConfig: {
          OnFailure: { Destination: { 'Fn::GetAtt': ['FailedBatchesBucket', 'Arn'] } },
        },
      }),
    ).not.toThrow();
  });
});

/** The logical id, which never changes: `email-events` is `EmailEvents...`. */
const idOf = (name: string, kind: 'Queue' | 'DeadLetters'): string =>
  name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.slice(-1).toUpperCase()) + kind;

describe.each(queueNames)('the queue %s', (name) => {
  const all = template.findResources('AWS::SQS::Queue');
  const id = idOf(name, 'Queue');
  const deadId = idOf(name, 'DeadLetters');
  const reader = functions.find(
    ({ trigger }) => trigger.kind === 'queue' && trigger.queue === name,
  );

  it('hides a message for six timeouts of its function, then gives it up to its dead letters', () => {
    expect(all[id]?.['Properties']).toMatchObject({
      VisibilityTimeout: 6 * (reader?.timeoutSeconds ?? Number.NaN),
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [deadId, 'Arn'] },
        maxReceiveCount: queues[name].maxReceives,
      },
    });
  });

  it('is encrypted and speaks TLS only, and so are its dead letters', () => {
    for (const queue of [id, deadId]) {
      expect(all[queue]?.['Properties']).toMatchObject({ SqsManagedSseEnabled: true });
      expect(() =>
        template.hasResourceProperties('AWS::SQS::QueuePolicy', {
          Queues: [{ Ref: queue }],
          PolicyDocument: Match.objectLike({
            Statement: Match.arrayWith([
              Match.objectLike({
                Effect: 'Deny',
                Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              }),
            ]),
          }),
        }),
      ).not.toThrow();
    }
  });

  it('says by an alarm what the business loses when dead letters wait', () => {
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith(queues[name].loss),
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [deadId, 'QueueName'] } }],
        Threshold: 1,
        AlarmActions: Match.anyValue(),
      }),
    ).not.toThrow();
  });

  it('is read in the batches of the manifest, failing messages one by one', () => {
    if (reader?.trigger.kind !== 'queue') throw new Error(`Nobody reads ${name}.`);
    const { batch, windowSeconds, concurrency } = reader.trigger;
    expect(() =>
      template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        EventSourceArn: { 'Fn::GetAtt': [id, 'Arn'] },
        BatchSize: batch,
        MaximumBatchingWindowInSeconds: windowSeconds,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: concurrency },
      }),
    ).not.toThrow();
  });
});

describe('what goes with the stack', () => {
  it('is every queue that holds nothing but what the tables say too', () => {
    const kept = Object.entries(template.findResources('AWS::SQS::Queue'))
      .filter(([, queue]) => queue['DeletionPolicy'] === 'Retain')
      .map(([id]) => id);
    expect(kept.toSorted()).toEqual([
      'InboundTextsDeadLetters',
      'InboundTextsQueue',
      'InputsDeadLetters',
      'InputsQueue',
      'ListChangesDeadLetters',
      'ListChangesQueue',
    ]);
  });

  it('is the group of schedules, whose name the next deployment needs', () => {
    const [group] = Object.values(template.findResources('AWS::Scheduler::ScheduleGroup'));
    expect(group).toMatchObject({ Properties: { Name: 'Perennial' }, DeletionPolicy: 'Delete' });
  });
});

describe('what else puts messages on queues', () => {
  const senders = (queue: string) =>
    Object.values(template.findResources('AWS::SQS::QueuePolicy'))
      .filter((policy) => policy['Properties'].Queues[0].Ref === idOf(queue, 'Queue'))
      .flatMap((policy) => policy['Properties'].PolicyDocument.Statement)
      .filter((statement) => statement.Effect === 'Allow')
      .map((statement) => [statement.Principal.Service, JSON.stringify(statement.Condition)]);

  it('is rules on the product’s own bus for triggers and conversions', () => {
    for (const queue of ['triggers', 'conversions']) {
      expect(senders(queue)).toEqual([
        ['events.amazonaws.com', expect.stringContaining(':rule/Perennial/*')],
      ]);
    }
  });

  it('is the topic of texts from people', () => {
    expect(senders('inbound-texts')).toEqual([
      ['sns.amazonaws.com', expect.stringContaining('TextsInbound')],
    ]);
  });

  it('is the rule for SES on the account’s bus for email events, the canary’s for it, and nothing for the rest', () => {
    expect(senders('email-events')).toEqual([
      ['events.amazonaws.com', expect.stringContaining('EventsListeneremailevents')],
    ]);
    expect(() =>
      template.hasResourceProperties('AWS::Events::Rule', {
        EventBusName: 'default',
        EventPattern: {
          source: ['aws.ses'],
          // The account's other mail is none of ours.
          detail: {
            mail: {
              tags: {
                'ses:configuration-set': [
                  { Ref: Match.stringLikeRegexp('^EmailConfigurationSet') },
                ],
              },
            },
          },
        },
      }),
    ).not.toThrow();
    expect(senders('canary')).toEqual([
      ['events.amazonaws.com', expect.stringContaining('EventsListenercanary')],
    ]);
    const fed = ['triggers', 'conversions', 'email-events', 'inbound-texts', 'canary'];
    expect(queueNames.filter((name) => !fed.includes(name)).flatMap(senders)).toEqual([]);
  });
});
