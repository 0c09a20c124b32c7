import type { TableName } from '../../../shared/ports/table.ts';
import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, wrong } from '../finding.ts';
import {
  type AlarmFacts,
  checkAlarms,
  checkSubscriptions,
  type SubscriptionFacts,
} from './alarms.ts';
import { checkHealth, type HealthFacts } from './api.ts';
import { checkDmarc, type DmarcFacts } from './dmarc.ts';
import {
  checkEmailAccount,
  checkReputation,
  type EmailAccountFacts,
  type ReputationFacts,
} from './email-account.ts';
import { checkDomain, type DomainQuestion } from './email-domain.ts';
import {
  checkEmailEvents,
  checkEventRule,
  type EmailEventsFacts,
  type EventRuleFacts,
} from './email-events.ts';
import {
  checkFailedBatches,
  checkMappings,
  checkPublisher,
  type FailedBatchesFacts,
  type MappingFacts,
} from './functions.ts';
import {
  type CampaignFacts,
  checkQuarantine,
  checkSchedules,
  checkSources,
  type QuarantineFacts,
  type ScheduleFacts,
  type SourceFacts,
} from './marketing.ts';
import { checkQueues, type QueueFacts, uniquely } from './queues.ts';
import { type ConcurrencyFacts, checkConcurrency, checkQuota, type QuotaFacts } from './quotas.ts';
import { checkRules, type RuleFacts, type TargetFacts } from './rules.ts';
import { checkStack, type StackFacts } from './stack.ts';
import { checkTable, type TableFacts } from './tables.ts';
import { checkTexts, type TextFacts } from './texts.ts';
import { checkTick, type TickFacts } from './tick.ts';
import { checkUsers, type UserFacts } from './users.ts';

export type Caller = { readonly account: string; readonly arn: string };

/** Everything that was asked of an account. */
export type AccountFacts = {
  readonly stack: string;
  readonly region: string;
  readonly now: number;
  readonly caller: Asked<Caller>;
  /** Undefined: nobody is known to ask, so nothing was asked. */
  readonly account:
    | {
        readonly emails: Asked<EmailAccountFacts>;
        readonly reputation: Asked<ReputationFacts>;
        readonly concurrency: Asked<ConcurrencyFacts>;
        readonly stack: Asked<StackFacts | undefined>;
        /** Undefined: nothing is deployed, or what is could not be asked. */
        readonly deployed: DeployedFacts | undefined;
      }
    | undefined;
};

/** Everything that was asked of what the stack made. */
export type DeployedFacts = {
  readonly outputs: Readonly<Record<string, string>>;
  readonly email: {
    readonly domain: string | undefined;
    readonly identity: DomainQuestion['identity'];
    readonly records: DomainQuestion['records'];
    readonly dmarc: Asked<DmarcFacts>;
    readonly events: Asked<EmailEventsFacts>;
    readonly rule: Asked<EventRuleFacts | undefined>;
  };
  readonly queues: readonly Asked<QueueFacts>[];
  readonly mappings: Asked<readonly MappingFacts[]>;
  readonly expectedMappings: number;
  readonly tick: TickFacts;
  readonly lagMs: Asked<number | undefined>;
  readonly failedBatches: Asked<FailedBatchesFacts>;
  readonly tables: readonly { readonly table: TableName; readonly facts: Asked<TableFacts> }[];
  readonly quarantine: Asked<QuarantineFacts>;
  readonly sources: Asked<readonly SourceFacts[]>;
  readonly campaigns: Asked<readonly CampaignFacts[]>;
  readonly schedules: Asked<readonly ScheduleFacts[]>;
  readonly rules: Asked<readonly RuleFacts[]>;
  readonly ruleTargets: Asked<readonly TargetFacts[]>;
  readonly ruleLimit: number;
  readonly texts: TextFacts;
  readonly alarms: Asked<AlarmFacts>;
  readonly alarmTopic: string;
  readonly subscriptions: Asked<readonly SubscriptionFacts[]>;
  readonly users: Asked<UserFacts>;
  readonly uses: readonly { readonly what: string; readonly facts: Asked<QuotaFacts> }[];
  readonly health: Asked<HealthFacts>;
};

/** Judges an account, in the order in which one would repair it. */
export function checkAccount(facts: AccountFacts): readonly Finding[] {
  const { caller, account } = facts;
  const first = callerFinding(caller, facts.region);
  if (account === undefined) return [first];
  const { deployed } = account;
  return uniquely([
    first,
    ...checkStack(account.stack, facts),
    ...checkEmailAccount(account.emails),
    ...checkReputation(account.reputation),
    ...(deployed === undefined ? [] : checkDeployed(deployed, facts)),
    ...checkConcurrency(account.concurrency),
    ...(deployed?.uses ?? []).flatMap(({ what, facts: use }) => checkQuota(what, use)),
  ]);
}

function callerFinding(caller: Asked<Caller>, region: string): Finding {
  if (caller.kind === 'known') {
    return ok('credentials', `${caller.value.arn} in ${region}.`);
  }
  return wrong(
    'credentials',
    `AWS did not say who asks. ${caller.why}`,
    command(
      'Sign in, or name a profile of ~/.aws with --profile, then run the doctor again (when nothing answers, see that this machine reaches the internet):',
      'aws sso login',
      'aws sts get-caller-identity',
    ),
  );
}

function checkDeployed(facts: DeployedFacts, { stack, region, now }: AccountFacts): Finding[] {
  const { email, outputs } = facts;
  const url = outputs['ApiUrl'] ?? '<ApiUrl>';
  return [
    ...checkHealth(url, facts.health),
    ...checkDomain({ region, identity: email.identity, records: email.records }),
    ...checkDmarc(email.domain ?? '', email.dmarc),
    ...checkEmailEvents(email.events),
    ...checkEventRule(email.rule),
    ...checkTexts(facts.texts),
    ...checkQueues(facts.queues),
    ...checkQuarantine(facts.quarantine, url),
    ...judged('campaigns', facts.campaigns, (campaigns) =>
      ok('campaigns', `${campaigns.length} could be read.`),
    ),
    ...checkSchedules(facts.campaigns, facts.schedules, { now, url, group: stack }),
    ...checkRules(
      { campaigns: facts.campaigns, rules: facts.rules, targets: facts.ruleTargets },
      { now, url, quota: facts.ruleLimit, bus: stack },
    ),
    ...checkTick(facts.tick, now),
    ...checkMappings(facts.mappings, facts.expectedMappings),
    ...checkPublisher(facts.lagMs),
    ...checkFailedBatches(facts.failedBatches),
    ...facts.tables.flatMap(({ table, facts: one }) => checkTable(table, one)),
    ...checkAlarms(facts.alarms),
    ...checkSubscriptions(facts.subscriptions, facts.alarmTopic),
    ...checkUsers(facts.users, outputs['FirstAdmin']),
    ...checkSources(facts.sources, outputs['FirstWriteKey']),
  ];
}
