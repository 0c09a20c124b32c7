import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backup } from '../../infra/recovery/backup.ts';
import { lineageOf } from '../../infra/recovery/lineage.ts';
import { queueReaders } from '../../infra/recovery/readers.ts';
import { restoreOptions } from '../../infra/recovery/recovery-options.ts';
import { restore } from '../../infra/recovery/restore.ts';
import { type EachTable, eachTable, tableNames } from '../../infra/recovery/table-names.ts';
import { restoredTablesSchema } from '../../infra/restored-tables.ts';
import { inputsMessageSchema } from '../../shared/domain/tracking/input.ts';
import { getEpoch } from '../../shared/stores/epochs.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld, startOfWorld } from '../support/world.ts';
import { endpoint } from './aws-world.ts';
import { expectWhole } from './recovery-copies.ts';
import { aDeployedStack } from './recovery-stack.ts';

type Deployed = Awaited<ReturnType<typeof aDeployedStack>>;

/** The last whole second that is over. */
const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 1000);
const instant = at.toISOString().replace('.000Z', 'Z');
const suffix = instant.replaceAll(/[-:Z]/g, '');

describe.runIf(endpoint !== undefined)('a restore in an account', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perennial-restore-'));
  const config = join(folder, 'perennial.config.json');
  let deployed: Deployed;
  let lines: string[] = [];

  const give = async (...args: readonly string[]): Promise<string> => {
    lines = [];
    const request = restoreOptions(
      [...args, '--stack', deployed.name, '--config', config],
      Date.now(),
    );
    const surroundings = {
      tell: (line: string) => void lines.push(line),
      now: () => Date.now(),
      sleep: async () => {},
    };
    await restore(request, deployed.account, surroundings);
    return lines.join('\n');
  };
  const namesNow = (): EachTable<string> => ({
    profiles: `${deployed.name}-profiles-${suffix}`,
    timeline: `${deployed.name}-timeline-${suffix}`,
    marketing: `${deployed.name}-marketing-${suffix}`,
  });
  const states = async (): Promise<readonly string[]> => {
    const { mappings } = await deployed.parts();
    return (await queueReaders(deployed.account.lambda, mappings)).map(({ state }) => state);
  };
  /** The product's functions on tables in the account. */
  const worldOn = (names: EachTable<string>, epoch: string, clock = startOfWorld) => {
    const table = deployed.account.table(names);
    return aWorld({ around: (_, ports) => ({ ...ports, table }), settings: { epoch }, clock });
  };

  beforeAll(async () => {
    writeFileSync(config, JSON.stringify({ sender: 'news@shop.example' }));
    deployed = await aDeployedStack();
    const { own } = await deployed.parts();
    await using world = await worldOn(own, 'first');
    const office = await anOffice(world);
    await office.template('hello');
    await office.segment('everyone', { attribute: 'email', exists: true });
    await office.lead('anna');
    await office.campaign('soon', {
      audience: { include: ['everyone'] },
      schedule: { at: '2026-11-25T12:02', timeZone: 'UTC' },
      quietHours: { from: '11:00', to: '18:00' },
    });
    await office.campaign('daily', {
      audience: { include: ['everyone'] },
      schedule: { cron: '0 19 * * ? *', timeZone: 'UTC' },
    });
    await office.launch('soon');
    await office.launch('daily');
    await world.advance('PT3M');
    const states = (await office.rows('soon')).map(({ state }) => state);
    if (states.join() !== 'deferred') throw new Error(`The message is ${states.join()}.`);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells its steps and does nothing when it is only tried', async () => {
    deployed.sent.length = 0;
    const told = await give('--at', instant, '--dry-run');
    for (const name of Object.values(namesNow())) expect(told).toContain(name);
    expect(told).toContain('Nothing was changed');
    expect(deployed.sent.filter(({ name }) => !/^(Describe|List)/.test(name))).toEqual([]);
    expect(await states()).toEqual(['Enabled', 'Enabled']);
  });

  it('refuses what nothing was kept of, and says what there is', async () => {
    await expect(give('--at', '2020-01-01T00:00:00Z')).rejects.toThrow(
      /can be restored from .* to /,
    );
    await expect(give('--backup', 'nowhere')).rejects.toThrow('There is no backup "nowhere"');
    await expect(give('--resume')).rejects.toThrow('was not restored by this command');
    expect(await states()).toEqual(['Enabled', 'Enabled']);
  });

  it('lets no table of another origin pass for a copy', async () => {
    const second = new Date(at.getTime() - 60_000).toISOString();
    const TableName = `${deployed.name}-timeline-${second.replaceAll(/[-:]|\..*/g, '')}`;
    await deployed.account.dynamo.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      }),
    );
    await expect(give('--at', second)).rejects.toThrow(`${TableName} is there already`);
    await give('--abandon');
  });

  it('gets there however often it is cut off, each time a little further', async () => {
    const second = new Date(at.getTime() - 120_000).toISOString();
    let cuts = 0;
    for (let calls = 4, isDone = false; !isDone; calls += 7) {
      deployed.cutOffAfter(calls);
      isDone = await give('--at', second).then(
        () => true,
        () => false,
      );
      cuts += isDone ? 0 : 1;
    }
    deployed.cutOffAfter(Number.POSITIVE_INFINITY);
    expect(cuts).toBeGreaterThan(5);
    const then = second.replaceAll(/[-:]|\..*/g, '');
    await expectWhole(
      deployed.account.dynamo,
      eachTable((table) => `${deployed.name}-${table}-${then}`),
    );
    await give('--abandon');
  });

  it('stops the queues, copies all three tables to one second, and puts back what a copy lacks', async () => {
    deployed.sent.length = 0;
    const told = await give('--at', instant);
    expect(told).toContain('stopped: ');
    expect(await states()).toEqual(['Disabled', 'Disabled']);
    const restores = deployed.sent.filter(
      ({ name }) => name === 'RestoreTableToPointInTimeCommand',
    );
    const { own } = await deployed.parts();
    // moto copies the present, whatever it is asked for: so the requests are looked at.
    expect(restores.map(({ input }) => input)).toEqual(
      tableNames.map((table) => ({
        SourceTableName: own[table],
        TargetTableName: namesNow()[table],
        RestoreDateTime: at,
        BillingModeOverride: 'PAY_PER_REQUEST',
      })),
    );
    await expectWhole(deployed.account.dynamo, namesNow());
    const written = JSON.parse(readFileSync(config, 'utf8'));
    expect(restoredTablesSchema.parse(written.tables)).toMatchObject(namesNow());
    expect(written.sender).toBe('news@shop.example');
  });

  it('goes on where it was when it is given again, and makes nothing twice', async () => {
    const before = JSON.parse(readFileSync(config, 'utf8'));
    deployed.sent.length = 0;
    const told = await give('--at', instant);
    expect(told).toContain('was begun before');
    expect(told).toContain('they were stopped before');
    const changing = deployed.sent.filter(({ name }) => /^(Restore|Update)/.test(name));
    expect(changing).toEqual([]);
    expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual(before);
  });

  it('can be given up before the deployment: the queues are read again', async () => {
    expect(await give('--abandon')).toContain('read again: ');
    expect(await states()).toEqual(['Enabled', 'Enabled']);
    await give('--at', instant);
    expect(await states()).toEqual(['Disabled', 'Disabled']);
  });

  it('is not over before what keeps messages from people is carried over', async () => {
    const { own } = await deployed.parts();
    await using world = await worldOn(own, 'first');
    const office = await anOffice(world);
    await office.lead('anna', {
      messageId: 'later',
      consents: [{ topic: 'offers', channel: 'email', given: false }],
    });
    await deployed.deploy(namesNow());
    await expect(give('--at', instant)).rejects.toThrow('works on these tables already');
    await expect(give('--resume')).rejects.toThrow('--carry withdrawals');
    await expect(give('--abandon')).rejects.toThrow('are deployed already');
    expect(await give('--carry', 'withdrawals')).toContain('1 inputs');
    const { inputsUrl } = await deployed.parts();
    const { Messages: [message] = [] } = await deployed.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: inputsUrl }),
    );
    const { inputs } = inputsMessageSchema.parse(JSON.parse(message?.Body ?? ''));
    expect(inputs).toMatchObject([
      { identifiers: { externalId: 'anna' }, consents: [{ topic: 'offers', given: false }] },
    ]);
    const lineage = await lineageOf(deployed.account.dynamo, namesNow());
    expect(lineage).toMatchObject({ replaces: own, carried: 'withdrawals', isResumed: false });
  });

  it('ends with the queues read again, and the tables before in no life any more', async () => {
    expect(await give('--status')).toContain('2 of 2 queues are not read');
    expect(await give('--resume')).toContain('read again: ');
    expect(await states()).toEqual(['Enabled', 'Enabled']);
    const { own } = await deployed.parts();
    const left = await getEpoch(deployed.account.table(own));
    expect(left?.epoch).toMatch(/^\(left\)/);
    expect(await give('--status')).toMatch(/resumed: yes\nAll 2 queues are read/);
    expect(await give('--resume')).toContain('they were read before');
  });

  it('comes up in a new epoch on the copies: all campaigns held, nothing sent, and can go on', async () => {
    await using world = await worldOn(namesNow(), 'second', '2026-11-25T18:30:00Z');
    // The world's own tick looks for what is due in the tables that it has itself.
    for (let minute = 0; minute < 3; minute += 1) {
      await world.advance('PT1M');
      await world.invoke('functions/time/sweep-due-slots.ts', { scheduledAt: world.now() });
      await world.settle();
    }
    const office = await anOffice(world);
    expect([await office.state('soon'), await office.state('daily')]).toEqual([
      'cancelled',
      'paused',
    ]);
    expect((await office.rows('soon')).map(({ state }) => state)).toEqual(['withheld']);
    expect(world.outbox()).toEqual([]);
    await office.act('daily', 'resume');
    expect(await office.state('daily')).not.toBe('paused');
  });

  it('can be followed by another one, and by one of a backup', async () => {
    const surroundings = {
      tell: (line: string) => void lines.push(line),
      now: () => Date.now(),
      sleep: async () => {},
    };
    const save = async (action: Parameters<typeof backup>[0]['action']): Promise<string> => {
      lines = [];
      await backup({ action, stack: deployed.name }, deployed.account, surroundings);
      return lines.join('\n');
    };
    const make = { kind: 'make', name: 'before-launch', isDryRun: false } as const;
    expect(await save(make)).toContain('Made, at ');
    expect(await save(make)).toContain('It was made before');
    expect(await save({ kind: 'list' })).toContain(namesNow().timeline);
    await give('--backup', 'before-launch');
    const names = {
      profiles: `${deployed.name}-profiles-backup-before-launch`,
      timeline: `${deployed.name}-timeline-backup-before-launch`,
      marketing: `${deployed.name}-marketing-backup-before-launch`,
    };
    await expectWhole(deployed.account.dynamo, names);
    expect(await lineageOf(deployed.account.dynamo, names)).toMatchObject({
      replaces: namesNow(),
      carried: undefined,
      isResumed: false,
    });
    await give('--abandon');
    expect(await save({ kind: 'delete', name: 'before-launch', isDryRun: false })).toContain(
      '3 parts',
    );
    expect(await save({ kind: 'list' })).toContain('There are no backups');
    await expect(give('--at', instant)).rejects.toThrow('works on these tables already');
  });
});
