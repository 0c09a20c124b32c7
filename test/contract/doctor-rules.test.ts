import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DisableRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Clients } from '../../infra/doctor/account/clients.ts';
import { type Deployed, physicalIdOf, queueIds } from '../../infra/doctor/account/deployed.ts';
import { gatherAccount } from '../../infra/doctor/account/gather.ts';
import { askCampaigns, openTables } from '../../infra/doctor/account/marketing.ts';
import { askStack } from '../../infra/doctor/account/stack.ts';
import { askRules, askRuleTargets } from '../../infra/doctor/account/timers.ts';
import { known } from '../../infra/doctor/asked.ts';
import { checkAccount } from '../../infra/doctor/checks/account.ts';
import { checkRules } from '../../infra/doctor/checks/rules.ts';
import type { Finding } from '../../infra/doctor/finding.ts';
import { SqsQueue } from '../../shared/adapters/aws/queue.ts';
import { AwsSchedules } from '../../shared/adapters/aws/schedules.ts';

import { systemClock } from '../../shared/adapters/embedded/clock.ts';
import { type Campaign, campaignSchema } from '../../shared/domain/campaigns/campaign.ts';
import { settleCampaign } from '../../shared/flows/campaigns/settle-campaign.ts';
import type { Table } from '../../shared/ports/table.ts';
import { saveCampaign } from '../../shared/stores/campaigns.ts';
import { busListener } from '../../shared/stores/listeners.ts';
import { connection, endpoint } from './aws-world.ts';
import { deployParts, doctorClients } from './doctor-stack.ts';

const noNames = { cname: async () => [], mx: async () => [], txt: async () => [] };
const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();

/** Launched an hour ago: nobody settles it by himself any more. */
const campaign: Campaign = {
  id: 'cart',
  definition: campaignSchema.parse({
    name: 'Cart',
    topic: 'offers',
    schedule: { on: 'Cart Left' },
    message: { channel: 'email', template: 'hello' },
    goal: { event: 'Order Completed', within: 'P7D' },
  }),
  state: 'running',
  pausedFrom: undefined,
  revision: 1,
  createdAt: anHourAgo,
  updatedAt: anHourAgo,
  launchedAt: anHourAgo,
  editedBy: undefined,
  approvedBy: undefined,
  templates: {},
  run: 'cart@2026-11-22T10:00:00Z',
  keptGoals: [],
  settleAt: undefined,
};

describe.runIf(endpoint !== undefined)('the doctor at the rules of campaigns', () => {
  let clients: Clients;
  let stack: string;
  let deployed: Deployed;
  let table: Table;
  const start = busListener('trigger', 'Cart Left');
  const goal = busListener('goal', 'Order Completed');

  beforeAll(async () => {
    clients = doctorClients();
    stack = await deployParts();
    const found = await askStack(clients.stacks, stack);
    if (found.kind === 'unknown' || found.value === undefined) throw new Error('Nothing deployed.');
    ({ deployed } = found.value);
    const tables = openTables(clients.tables, deployed);
    if (tables === undefined) throw new Error('No tables.');
    table = tables;
    await clients.events.send(new CreateEventBusCommand({ Name: stack }));
    await clients.schedules.send(new CreateScheduleGroupCommand({ Name: stack }));
    await saveCampaign(table, campaign);
  });

  const arnOf = (queue: 'triggers' | 'conversions'): string => {
    const url = physicalIdOf(deployed, queueIds(queue).queue) ?? '';
    return `arn:aws:sqs:${connection.region}:123456789012:${url.split('/').at(-1)}`;
  };

  /** What a repeated launch does. */
  const launchOnceMore = () =>
    settleCampaign(campaign, {
      table,
      queue: new SqsQueue({ client: clients.queues, urls: {} }),
      schedules: new AwsSchedules({
        scheduler: clients.schedules,
        eventBridge: clients.events,
        group: stack,
        roleArn: 'arn:aws:iam::123456789012:role/scheduler',
        busName: stack,
        queueArns: { triggers: arnOf('triggers'), conversions: arnOf('conversions') },
      }),
      clock: systemClock(),
      settings: {
        epoch: 'any',
        timeZone: 'UTC',
        defaultCountry: undefined,
        sender: 'shop@shop.example',
        publicUrl: 'https://shop.example',
        rulesSettleSeconds: 0,
      },
    });

  const wrongOf = (findings: readonly Finding[]): readonly string[] =>
    findings
      .filter(({ check, state }) => check.startsWith('rule: ') && state === 'wrong')
      .map(({ what }) => what);

  const visit = async () => {
    const place = { clients, names: noNames, stack, region: connection.region, now: Date.now() };
    return wrongOf(checkAccount(await gatherAccount(place)));
  };

  const targets = () =>
    askRuleTargets(clients.events, deployed, {
      bus: stack,
      arnStart: `arn:aws:sqs:${connection.region}:123456789012`,
    });

  /** The rules alone: a whole visit looks at much else. */
  const wrongRules = async () =>
    wrongOf(
      checkRules(
        {
          campaigns: await askCampaigns(table),
          rules: await askRules(clients.events, stack),
          targets: await targets(),
        },
        { now: Date.now(), quota: 300, url: 'https://api.shop.example', bus: stack },
      ),
    );

  it('sees that they are not there or feed no queue, and that a repeated launch makes them anew', async () => {
    const lost = await visit();
    expect(lost).toHaveLength(2);
    expect(lost.join()).toContain('Nobody is sent what campaign "cart" should send on "Cart Left"');
    expect(lost.join()).toContain('Conversions by "Order Completed" are missing');
    await launchOnceMore();
    expect(await visit()).toEqual([]);
    const at = { EventBusName: stack, Rule: goal.name };
    await clients.events.send(new RemoveTargetsCommand({ ...at, Ids: ['queue'] }));
    expect(await visit()).toEqual([expect.stringContaining('to the queue "conversions"')]);
  });

  const at = { EventBusName: '' };
  const stranger = {
    Id: 'other',
    Arn: `arn:aws:sqs:${connection.region}:123456789012:somebody-elses`,
  };

  it.each([
    ['disabled', () => clients.events.send(new DisableRuleCommand({ ...at, Name: start.name }))],
    [
      'made to hear something else',
      () =>
        clients.events.send(
          new PutRuleCommand({ ...at, Name: start.name, EventPattern: '{"source":["x"]}' }),
        ),
    ],
    [
      'left without a target',
      () =>
        clients.events.send(new RemoveTargetsCommand({ ...at, Rule: start.name, Ids: ['queue'] })),
    ],
    [
      'turned to the queue of somebody else',
      async () => {
        const Rule = start.name;
        await clients.events.send(new RemoveTargetsCommand({ ...at, Rule, Ids: ['queue'] }));
        return clients.events.send(new PutTargetsCommand({ ...at, Rule, Targets: [stranger] }));
      },
    ],
    [
      'deleted',
      async () => {
        const Ids = ['queue', 'other'];
        await clients.events.send(new RemoveTargetsCommand({ ...at, Rule: start.name, Ids }));
        return clients.events.send(new DeleteRuleCommand({ ...at, Name: start.name }));
      },
    ],
  ])('sees one that was %s by hand, and that a repeated launch puts it right', async (_, act) => {
    at.EventBusName = stack;
    await launchOnceMore();
    await act();
    const found = await wrongRules();
    expect(found).toEqual([expect.stringContaining('on "Cart Left": the rule ')]);
    await launchOnceMore();
    expect(await wrongRules()).toEqual([]);
  });

  it('reads all pages of what feeds a queue, in two lists for all rules', async () => {
    const at = { EventBusName: stack };
    const names = Array.from({ length: 120 }, (_, place) => `own-${place}`);
    for (const Name of names) {
      const EventPattern = '{"source":["shop"]}';
      await clients.events.send(new PutRuleCommand({ ...at, Name, EventPattern }));
      const Targets = [{ Id: 'queue', Arn: arnOf('conversions') }];
      await clients.events.send(new PutTargetsCommand({ ...at, Rule: Name, Targets }));
    }
    expect(await targets()).toEqual(
      known([
        { queue: 'triggers', arn: arnOf('triggers'), rules: [start.name] },
        {
          queue: 'conversions',
          arn: arnOf('conversions'),
          rules: expect.arrayContaining([goal.name, ...names]),
        },
      ]),
    );
  });
});
