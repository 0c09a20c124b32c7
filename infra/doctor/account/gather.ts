import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Asked, ask, known, mapped, notMade } from '../asked.ts';
import type { AccountFacts, Caller, DeployedFacts } from '../checks/account.ts';
import { sendsTexts } from '../checks/marketing.ts';
import { alarmTopicOf, askAlarms, askSubscriptions } from './alarms.ts';
import type { Clients } from './clients.ts';
import { type Deployed, physicalIdLike, physicalIdOf, tableNames, userPoolId } from './deployed.ts';
import { askDomain, askEmailAccount, askEmailEvents } from './emails.ts';
import {
  askConcurrency,
  askFailedBatches,
  askMappings,
  askPace,
  expectedMappings,
} from './functions.ts';
import { askHealth } from './health.ts';
import { askCampaigns, askOverdue, askQuarantine, askSources, openTables } from './marketing.ts';
import { askMetrics } from './metrics.ts';
import { askDmarc, askRecords, type Names } from './names.ts';
import { askQueues } from './queues.ts';
import { askQuota, rulesOf } from './quotas.ts';
import { askStack } from './stack.ts';
import { askTable } from './tables.ts';
import { askTexts } from './texts.ts';
import { askEventRule, askMinute, askRules, askRuleTargets, askSchedules } from './timers.ts';
import { askUsers } from './users.ts';
import { askUses } from './uses.ts';

export type AccountQuestion = {
  readonly clients: Clients;
  readonly names: Names;
  readonly stack: string;
  readonly region: string;
  readonly now: number;
  /** Called at each step, for whoever waits. */
  readonly onStep?: (words: string) => void;
};

/** Who asks. Undefined credentials, or ones that AWS does not know, end the doctor's visit. */
export const askCaller = (identity: STSClient): Promise<Asked<Caller>> =>
  ask('sts:GetCallerIdentity', async () => {
    const { Account = '', Arn = '' } = await identity.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  });

/** Asks the account for everything that is judged. It reads, and changes nothing. */
export async function gatherAccount(question: AccountQuestion): Promise<AccountFacts> {
  const { clients, stack: name, region, now, onStep = () => {} } = question;
  onStep('who is asking');
  const caller = await askCaller(clients.identity);
  const place = { stack: name, region, now, caller };
  if (caller.kind === 'unknown') return { ...place, account: undefined };
  onStep('the account and the stack');
  const [emails, reputation, concurrency, stack] = await Promise.all([
    askEmailAccount(clients.emails),
    askReputation(clients, now),
    askConcurrency(clients, now),
    askStack(clients.stacks, name),
  ]);
  const made = stack.kind === 'known' ? stack.value : undefined;
  return {
    ...place,
    account: {
      emails,
      reputation,
      concurrency,
      stack: mapped(stack, (found) => found?.facts),
      deployed:
        made === undefined
          ? undefined
          : await gatherDeployed(question, made.deployed, caller.value),
    },
  };
}

const dayMs = 86_400_000;

const askReputation = async ({ alarms }: Clients, now: number) => {
  const rate = (name: string) =>
    ({
      namespace: 'AWS/SES',
      name,
      statistic: 'Maximum',
      periodSeconds: 3600,
      take: 'newest',
    }) as const;
  return askMetrics(
    alarms,
    { bounceRate: rate('Reputation.BounceRate'), complaintRate: rate('Reputation.ComplaintRate') },
    { fromMs: now - 3 * dayMs, toMs: now },
  );
};

async function gatherDeployed(
  question: AccountQuestion,
  deployed: Deployed,
  caller: Caller,
): Promise<DeployedFacts> {
  const { clients, stack, region, now, onStep = () => {} } = question;
  onStep('emails and the DNS');
  const email = await gatherEmail(question, deployed, caller);
  onStep('queues and functions');
  const [queues, mappings, pace, failedBatches] = await Promise.all([
    askQueues(clients, deployed, now),
    askMappings(clients.functions, deployed),
    askPace(clients, deployed, now),
    askFailedBatches(clients.buckets, deployed),
  ]);
  onStep('tables and campaigns');
  const data = await gatherData(clients, deployed, now);
  onStep('schedules, texts, alarms, users and quotas');
  const arnStart = `arn:${partitionOf(caller)}:sqs:${region}:${caller.account}`;
  const [minute, schedules, rules, ruleTargets, ruleQuota, alarms, uses, texts] = await Promise.all(
    [
      askMinute(clients.schedules, deployed),
      askSchedules(clients.schedules, stack),
      askRules(clients.events, stack),
      askRuleTargets(clients.events, deployed, { bus: stack, arnStart }),
      askQuota(clients.quotas, 'rules'),
      askAlarms(clients.alarms, deployed),
      askUses(clients, deployed, now),
      askTexts(clients, deployed, { region, account: caller.account, now }),
    ],
  );
  const url = deployed.outputs['ApiUrl'];
  return {
    outputs: deployed.outputs,
    email,
    queues,
    mappings,
    expectedMappings: expectedMappings(deployed),
    tick: { schedule: minute, runs: pace.runs, overdue: data.overdue },
    lagMs: pace.lagMs,
    failedBatches,
    ...data,
    schedules,
    rules,
    ruleTargets,
    ruleLimit: rulesOf(ruleQuota),
    texts: { ...texts, isUsed: mapped(data.campaigns, sendsTexts) },
    alarms,
    ...(await gatherPeople(clients, deployed)),
    uses,
    health: url === undefined ? notMade('output ApiUrl') : await askHealth(url),
  };
}

const partitionOf = ({ arn }: Caller): string => arn.split(':')[1] ?? 'aws';

async function gatherEmail(
  { clients, names, region }: AccountQuestion,
  deployed: Deployed,
  caller: Caller,
): Promise<DeployedFacts['email']> {
  const set = physicalIdLike(deployed, { type: 'AWS::SES::ConfigurationSet', start: 'Email' });
  const domain = physicalIdLike(deployed, { type: 'AWS::SES::EmailIdentity', start: 'Email' });
  const noDomain = notMade<never>('identity of SES');
  const identity = domain === undefined ? noDomain : await askDomain(clients.emails, domain);
  const facts = identity.kind === 'known' ? identity.value : undefined;
  const busArn = `arn:${partitionOf(caller)}:events:${region}:${caller.account}:event-bus/default`;
  return {
    domain,
    identity,
    records: facts === undefined ? noDomain : await askRecords(names, facts),
    dmarc: domain === undefined ? noDomain : await askDmarc(names, domain),
    events:
      set === undefined
        ? notMade('configuration set')
        : await askEmailEvents(clients.emails, { configurationSet: set, busArn }),
    rule: await askEventRule(clients.events, deployed),
  };
}

async function gatherData(clients: Clients, deployed: Deployed, now: number) {
  const table = openTables(clients.tables, deployed);
  const tables = await Promise.all(
    tableNames.map(async (name) => ({
      table: name,
      facts: await askTable(clients.tables, deployed, name),
    })),
  );
  const none = notMade<never>('tables');
  if (table === undefined) {
    return { tables, quarantine: none, sources: none, campaigns: none, overdue: none };
  }
  return {
    tables,
    quarantine: await askQuarantine(table),
    sources: await askSources(table),
    campaigns: await askCampaigns(table),
    overdue: await askOverdue(table, now),
  };
}

async function gatherPeople(
  clients: Clients,
  deployed: Deployed,
): Promise<Pick<DeployedFacts, 'alarmTopic' | 'subscriptions' | 'users'>> {
  const topic = alarmTopicOf(deployed);
  const pool = physicalIdOf(deployed, userPoolId);
  return {
    alarmTopic: topic ?? '',
    subscriptions: topic === undefined ? known([]) : await askSubscriptions(clients.texts, topic),
    users: pool === undefined ? notMade('user pool') : await askUsers(clients.users, pool),
  };
}
