import { spawnSync } from 'node:child_process';
import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateLogGroupCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  CreateGroupCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  DisableRuleCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askAlarms } from '../../infra/doctor/account/alarms.ts';
import { type Clients, openClients } from '../../infra/doctor/account/clients.ts';
import {
  bucketId,
  type Deployed,
  physicalIdOf,
  queueIds,
  tableNameOf,
} from '../../infra/doctor/account/deployed.ts';
import { gatherAccount } from '../../infra/doctor/account/gather.ts';
import { openTables } from '../../infra/doctor/account/marketing.ts';
import { askStack } from '../../infra/doctor/account/stack.ts';
import { askTexts } from '../../infra/doctor/account/texts.ts';
import {
  askEventRule,
  askMinute,
  askRules,
  askSchedules,
} from '../../infra/doctor/account/timers.ts';
import { askUsers } from '../../infra/doctor/account/users.ts';
import { known } from '../../infra/doctor/asked.ts';
import { checkAccount } from '../../infra/doctor/checks/account.ts';
import type { Finding } from '../../infra/doctor/finding.ts';
import { quarantine } from '../../shared/stores/quarantine.ts';
import { addSourceKey, putSource } from '../../shared/stores/sources.ts';
import { connection, endpoint } from './aws-world.ts';
import { deployParts } from './doctor-stack.ts';

const environment = {
  AWS_ENDPOINT_URL: connection.endpoint,
  AWS_REGION: connection.region,
  AWS_ACCESS_KEY_ID: connection.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: connection.credentials.secretAccessKey,
};

/** The doctor knows nothing of test servers: it finds them as any client does. */
const clientsOfTests = (): Clients =>
  openClients({ region: connection.region, profile: undefined });

/** A domain of which the DNS knows nothing. */
const noNames = { cname: async () => [], mx: async () => [], txt: async () => [] };

const doctor = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['infra/commands/doctor.ts', ...args], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });

describe.runIf(endpoint !== undefined)('the doctor at an account', () => {
  let clients: Clients;
  let stack: string;
  let deployed: Deployed;

  beforeAll(async () => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    clients = clientsOfTests();
    stack = await deployParts();
    const found = await askStack(clients.stacks, stack);
    if (found.kind === 'unknown' || found.value === undefined) throw new Error('Nothing deployed.');
    ({ deployed } = found.value);
  });
  afterAll(() => vi.unstubAllEnvs());

  const visit = async (): Promise<readonly Finding[]> => {
    const place = { clients, names: noNames, stack, region: connection.region, now: Date.now() };
    return checkAccount(await gatherAccount(place));
  };
  const only = (findings: readonly Finding[], check: string) =>
    findings.filter((finding) => finding.check === check).map(({ state }) => state);
  const id = (logicalId: string): string => physicalIdOf(deployed, logicalId) ?? '';

  it('where nothing is deployed says so, where, and what to do, and ends with 1', () => {
    const { status, stdout } = doctor('--stack', 'Nowhere', '--region', 'eu-west-1');
    expect(stdout).toContain('There is no stack "Nowhere" in eu-west-1 of this account');
    expect(stdout).toContain('npx cdk deploy');
    expect(status).toBe(1);
  });

  it('prints the same for scripts', () => {
    const { status, stdout } = doctor('--stack', 'Nowhere', '--json');
    expect(JSON.parse(stdout)).toContainEqual({
      check: 'stack',
      state: 'wrong',
      what: expect.stringContaining('There is no stack "Nowhere"'),
      fix: expect.stringContaining('npx cdk deploy'),
    });
    expect(status).toBe(1);
  });

  it('sees tables that are neither protected nor restorable, and that they have become so', async () => {
    const before = await visit();
    expect(only(before, 'table profiles')).toEqual(['wrong', 'wrong', 'warning']);
    expect(only(before, 'table marketing')).toEqual(['warning', 'wrong', 'warning']);
    for (const table of ['profiles', 'timeline', 'marketing'] as const) {
      const TableName = tableNameOf(deployed, table) ?? '';
      const recovery = { PointInTimeRecoveryEnabled: true };
      await clients.tables.send(
        new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }),
      );
      await clients.tables.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: recovery,
        }),
      );
      await clients.tables.send(
        new UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { Enabled: true, AttributeName: 'expiresAt' },
        }),
      );
    }
    const after = await visit();
    expect(only(after, 'table profiles')).toEqual(['ok']);
    expect(only(after, 'table timeline')).toEqual(['ok']);
  });

  it('sees dead letters, and names the queue that they came from', async () => {
    expect(only(await visit(), 'dead letters')).toEqual(['ok']);
    const { dead } = queueIds('inputs');
    await clients.queues.send(new SendMessageCommand({ QueueUrl: id(dead), MessageBody: '{}' }));
    const letters = (await visit()).find(({ check }) => check === 'dead letters: inputs');
    expect(letters).toMatchObject({ state: 'wrong' });
    expect(letters?.fix).toMatch(
      /--source-arn arn:aws:sqs:eu-west-1:123456789012:.*InputsDeadLetters/,
    );
  });

  it('sees what waits in the quarantine and who may post leads, by the tables alone', async () => {
    const table = openTables(clients.tables, deployed);
    if (table === undefined) throw new Error('No tables.');
    const before = await visit();
    expect(only(before, 'quarantine')).toEqual(['ok']);
    expect(only(before, 'write keys')).toEqual(['wrong']);
    await quarantine(table, {
      input: {
        kind: 'event',
        source: 'website',
        origin: 'website',
        messageId: 'm-1',
        occurredAt: '2026-11-22T10:00:00.000Z',
        receivedAt: '2026-11-22T10:00:00.000Z',
        identifiers: { email: 'anna@shop.example' },
        attributes: {},
        consents: [],
        event: { name: 'Order Completed', properties: {} },
        context: {},
      },
      token: 't',
      reason: 'too-large',
      now: Date.now(),
    });
    await putSource(table, { id: 'website', name: 'Website', createdAt: '2026-11-22T10:00:00Z' });
    await addSourceKey(table, {
      source: 'website',
      hash: 'h'.repeat(64),
      createdAt: '2026-11-22T10:00:00Z',
    });
    const after = await visit();
    expect(only(after, 'quarantine')).toEqual(['wrong']);
    expect(only(after, 'write keys')).toEqual(['ok']);
    expect(JSON.stringify(after)).not.toContain('anna@shop.example');
  });

  it('sees what is due and not done, in the order of the index', async () => {
    const table = openTables(clients.tables, deployed);
    expect(only(await visit(), 'overdue')).toEqual(['ok']);
    await table?.write({
      kind: 'put',
      table: 'marketing',
      item: { pk: 'run#late', sk: '-', dueSlot: 'run#0', dueAt: '2026-01-01T00:00:00.000Z' },
    });
    expect(only(await visit(), 'overdue')).toEqual(['wrong']);
  });

  it('sees a function that nothing starts, and that it is started again', async () => {
    expect(only(await visit(), 'function: ingest-inputs')).toEqual(['wrong']);
    const UUID = id('IngestMapping');
    await clients.functions.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    expect(only(await visit(), 'functions')).toEqual(['ok']);
  });

  it('sees batches that were given up', async () => {
    expect(only(await visit(), 'unpublished events')).toEqual(['ok']);
    const batch = { Bucket: id(bucketId), Key: 'batch', Body: '{}' };
    await clients.buckets.send(new PutObjectCommand(batch));
    expect(only(await visit(), 'unpublished events')).toEqual(['wrong']);
  });

  it('sees who is told of alarms', async () => {
    // moto takes every address for confirmed: one that is not is a matter of the unit tests.
    expect(only(await visit(), 'alarm mail')).toEqual(['ok']);
  });

  it('sees which alarms of the stack ring, and no others', async () => {
    const own = `${stack} inputs-dead-letters`;
    for (const AlarmName of [own, `${stack} other`, `Stranger ${stack}`]) {
      await clients.alarms.send(
        new PutMetricAlarmCommand({
          AlarmName,
          AlarmDescription: 'Leads are not stored. To do: Look.',
          MetricName: 'm',
          Namespace: 'n',
          ComparisonOperator: 'GreaterThanThreshold',
          EvaluationPeriods: 1,
          Period: 60,
          Statistic: 'Sum',
          Threshold: 1,
          ActionsEnabled: AlarmName !== `${stack} other`,
        }),
      );
      await clients.alarms.send(
        new SetAlarmStateCommand({
          AlarmName,
          StateValue: AlarmName === `${stack} other` ? 'OK' : 'ALARM',
          StateReason: 'a test',
        }),
      );
    }
    const resources = [own, `${stack} other`].map((physicalId) => ({
      logicalId: 'Alarm',
      type: 'AWS::CloudWatch::Alarm',
      physicalId,
    }));
    expect(await askAlarms(clients.alarms, { outputs: {}, resources })).toMatchObject(
      known({
        count: 2,
        ringing: [{ name: own, text: 'Leads are not stored. To do: Look.' }],
        silenced: [`${stack} other`],
      }),
    );
  });

  it('sees the schedules of the group and the rules of the bus, and which are disabled', async () => {
    await clients.schedules.send(new CreateScheduleGroupCommand({ Name: stack }));
    await clients.events.send(new CreateEventBusCommand({ Name: stack }));
    const names = Array.from({ length: 120 }, (_, place) => `campaign-${place}`);
    for (const Name of names) {
      await clients.schedules.send(
        new CreateScheduleCommand({
          Name,
          GroupName: stack,
          State: Name === 'campaign-7' ? 'DISABLED' : 'ENABLED',
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: 'arn:aws:sqs:eu-west-1:123456789012:runs',
            RoleArn: 'arn:aws:iam::123456789012:role/s',
          },
        }),
      );
    }
    const found = await askSchedules(clients.schedules, stack);
    expect(found.kind === 'known' && found.value.length).toBe(120);
    expect(
      found.kind === 'known' && found.value.filter(({ state }) => state === 'DISABLED'),
    ).toEqual([{ name: 'campaign-7', state: 'DISABLED' }]);
    const rule = { EventBusName: stack, EventPattern: '{"source":["perennial"]}' };
    await clients.events.send(new PutRuleCommand({ ...rule, Name: 'on-a-1' }));
    await clients.events.send(new PutRuleCommand({ ...rule, Name: 'on-b-2' }));
    await clients.events.send(new DisableRuleCommand({ EventBusName: stack, Name: 'on-b-2' }));
    expect(await askRules(clients.events, stack)).toEqual(
      known({ names: ['on-a-1', 'on-b-2'], disabled: ['on-b-2'] }),
    );
  });

  it('sees what calls the tick and what hands over events of SES, and that they are gone', async () => {
    const resource = (type: string, logicalId: string) => ({
      outputs: {},
      resources: [{ type, logicalId, physicalId: `${stack}-1` }],
    });
    const minute = resource('AWS::Scheduler::Schedule', 'TriggersMinute73E414FF');
    const handover = resource('AWS::Events::Rule', 'EventsListeneremailevents4EB59AAC');
    expect(await askMinute(clients.schedules, minute)).toEqual(known(undefined));
    expect(await askEventRule(clients.events, handover)).toEqual(known(undefined));
    await clients.schedules.send(
      new CreateScheduleCommand({
        Name: `${stack}-1`,
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
          RoleArn: 'arn:aws:iam::123456789012:role/s',
        },
      }),
    );
    await clients.events.send(
      new PutRuleCommand({ Name: `${stack}-1`, EventPattern: '{"source":["aws.ses"]}' }),
    );
    expect(await askMinute(clients.schedules, minute)).toEqual(known('ENABLED'));
    expect(await askEventRule(clients.events, handover)).toEqual(
      known({ name: `${stack}-1`, state: 'ENABLED' }),
    );
  });

  it('sees who may do what, by names that are no addresses', async () => {
    const { UserPool } = await clients.users.send(new CreateUserPoolCommand({ PoolName: stack }));
    const UserPoolId = UserPool?.Id ?? '';
    expect(await askUsers(clients.users, UserPoolId)).toMatchObject(
      known({ users: [], grouped: [], admins: [] }),
    );
    await clients.users.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admin' }));
    for (const Username of ['mia', 'tom']) {
      const UserAttributes = [{ Name: 'email', Value: `${Username}@shop.example` }];
      await clients.users.send(
        new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes }),
      );
    }
    await clients.users.send(
      new AdminAddUserToGroupCommand({ UserPoolId, Username: 'mia', GroupName: 'admin' }),
    );
    const found = await askUsers(clients.users, UserPoolId);
    expect(found).toEqual(
      known({
        pool: UserPoolId,
        users: expect.arrayContaining(['mia', 'tom']),
        isMore: false,
        grouped: ['mia'],
        admins: ['mia'],
      }),
    );
    expect(JSON.stringify(found)).not.toContain('@');
  });

  it('sees which log groups of SMS nobody reads', async () => {
    const reader = 'Functionsrecordtextstatuses521B87D3';
    const place = {
      region: 'eu-west-1',
      account: crypto.randomUUID().slice(0, 12),
      now: Date.now(),
    };
    const group = `sns/eu-west-1/${place.account}/DirectPublishToPhoneNumber`;
    const made = {
      outputs: { TextStatusSetup: 'aws sns ...' },
      resources: [
        {
          logicalId: reader,
          type: 'AWS::Lambda::Function',
          physicalId: id('Functionsingestinputs99850084'),
        },
      ],
    };
    const unread = async () => (await askTexts(clients, made, place)).unreadGroups;
    expect(await unread()).toEqual(known([group, `${group}/Failure`]));
    await clients.logs.send(new CreateLogGroupCommand({ logGroupName: group }));
    await clients.logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName: group,
        filterName: 'perennial',
        filterPattern: '',
        destinationArn: `arn:aws:lambda:eu-west-1:123456789012:function:${id('Functionsingestinputs99850084')}`,
      }),
    );
    expect(await unread()).toEqual(known([`${group}/Failure`]));
  });
});
