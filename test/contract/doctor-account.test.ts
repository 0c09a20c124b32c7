import { spawnSync } from 'node:child_process';
import {
  CreateLogGroupCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Clients } from '../../infra/doctor/account/clients.ts';
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
import { known } from '../../infra/doctor/asked.ts';
import { checkAccount } from '../../infra/doctor/checks/account.ts';
import type { Finding } from '../../infra/doctor/finding.ts';
import { quarantine } from '../../shared/stores/quarantine.ts';
import { addSourceKey, putSource } from '../../shared/stores/sources.ts';
import { connection, endpoint } from './aws-world.ts';
import { deployParts, doctorClients, doctorEnvironment } from './doctor-stack.ts';

/** A domain of which the DNS knows nothing. */
const noNames = { cname: async () => [], mx: async () => [], txt: async () => [] };

const doctor = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['infra/commands/doctor.ts', ...args], {
    env: { ...process.env, ...doctorEnvironment },
    encoding: 'utf8',
  });

describe.runIf(endpoint !== undefined)('the doctor at an account', () => {
  let clients: Clients;
  let stack: string;
  let deployed: Deployed;

  beforeAll(async () => {
    clients = doctorClients();
    stack = await deployParts();
    const found = await askStack(clients.stacks, stack);
    if (found.kind === 'unknown' || found.value === undefined) throw new Error('Nothing deployed.');
    ({ deployed } = found.value);
  });

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

  it('sees which log groups of SMS nobody reads', async () => {
    const reads = id('Functionsingestinputs99850084');
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
          physicalId: reads,
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
        destinationArn: `arn:aws:lambda:eu-west-1:123456789012:function:${reads}`,
      }),
    );
    expect(await unread()).toEqual(known([`${group}/Failure`]));
  });
});
