import { known } from '../../../infra/doctor/asked.ts';
import type { AccountFacts, DeployedFacts } from '../../../infra/doctor/checks/account.ts';
import type { EmailAccountFacts } from '../../../infra/doctor/checks/email-account.ts';
import type { DomainFacts, DomainRecords } from '../../../infra/doctor/checks/email-domain.ts';
import { type EmailEventsFacts, neededEvents } from '../../../infra/doctor/checks/email-events.ts';
import type { CampaignFacts } from '../../../infra/doctor/checks/marketing.ts';
import type { QueueFacts } from '../../../infra/doctor/checks/queues.ts';
import type { QuotaFacts } from '../../../infra/doctor/checks/quotas.ts';
import type { TableFacts } from '../../../infra/doctor/checks/tables.ts';
import type { TextFacts, TextSettings } from '../../../infra/doctor/checks/texts.ts';
import { queueNames } from '../../../shared/ports/queue.ts';

export const now = Date.parse('2026-11-22T12:00:00.000Z');

export const anEmailAccount = (changes: Partial<EmailAccountFacts> = {}): EmailAccountFacts => ({
  hasProductionAccess: true,
  isSendingEnabled: true,
  enforcement: 'HEALTHY',
  perDay: 50_000,
  perSecond: 14,
  sentLastDay: 1_200,
  suppressedReasons: ['BOUNCE', 'COMPLAINT'],
  ...changes,
});

const tokens = ['aaa', 'bbb', 'ccc'];

export const aDomain = (changes: Partial<DomainFacts> = {}): DomainFacts => ({
  domain: 'shop.example',
  isVerified: true,
  dkim: {
    status: 'SUCCESS',
    isSigning: true,
    records: tokens.map((token) => ({
      name: `${token}._domainkey.shop.example`,
      target: `${token}.dkim.amazonses.com`,
    })),
  },
  mailFrom: { domain: 'mail.shop.example', status: 'SUCCESS', rejectsOnFailure: false },
  ...changes,
});

export const someRecords = (changes: Partial<DomainRecords> = {}): DomainRecords => ({
  dkim: Object.fromEntries(
    tokens.map((token) => [`${token}._domainkey.shop.example`, [`${token}.dkim.amazonses.com`]]),
  ),
  mailFromHosts: ['feedback-smtp.eu-west-1.amazonses.com'],
  mailFromTexts: ['v=spf1 include:amazonses.com ~all'],
  ...changes,
});

export const someEmailEvents = (changes: Partial<EmailEventsFacts> = {}): EmailEventsFacts => ({
  configurationSet: 'perennial-set',
  busArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
  isSendingEnabled: true,
  publishesReputation: true,
  destinations: [{ name: 'events', isEnabled: true, isEventBridge: true, types: neededEvents }],
  ...changes,
});

export const someTextSettings = (changes: Partial<TextSettings> = {}): TextSettings => ({
  isSandbox: false,
  monthlyLimitUsd: 100,
  statusRole: 'arn:aws:iam::123456789012:role/sms',
  statusSamplingPercent: 100,
  ...changes,
});

export const someTexts = (changes: Partial<TextFacts> = {}): TextFacts => ({
  isUsed: known(true),
  settings: known(someTextSettings()),
  spentUsd: known(12.5),
  unreadGroups: known([]),
  statusSetup: 'aws sns set-sms-attributes --attributes ...',
  ...changes,
});

export const aQueue = (changes: Partial<QueueFacts> = {}): QueueFacts => ({
  queue: 'inputs',
  waiting: 0,
  inFlight: 0,
  deadLetters: 0,
  queueArn: 'arn:aws:sqs:eu-west-1:123456789012:inputs',
  deadLettersArn: 'arn:aws:sqs:eu-west-1:123456789012:inputs-dead',
  oldestSeconds: known(undefined),
  ...changes,
});

export const aTable = (changes: Partial<TableFacts> = {}): TableFacts => ({
  table: 'timeline',
  name: 'Perennial-TimelineTable-1',
  status: 'ACTIVE',
  isProtected: true,
  isEncryptedByKms: true,
  hasStream: true,
  needsStream: true,
  bytes: 12_345_678,
  items: 41_000,
  isRestorable: known(true),
  expiresBy: known('expiresAt'),
  shouldExpireBy: 'expiresAt',
  ...changes,
});

export const aCampaign = (changes: Partial<CampaignFacts> = {}): CampaignFacts => ({
  id: 'win-back',
  state: 'scheduled',
  updatedAt: '2026-11-20T12:00:00.000Z',
  schedule: { cron: '0 10 ? * MON *' },
  goals: [],
  keptGoals: [],
  channels: ['email'],
  ...changes,
});

export const aQuota = (changes: Partial<QuotaFacts> = {}): QuotaFacts => ({
  what: 'events',
  unit: 'calls of PutEvents a second',
  limit: 600,
  used: 3.2,
  serviceCode: 'events',
  quotaCode: 'L-9B653E91',
  ...changes,
});

export const aDeployment = (changes: Partial<DeployedFacts> = {}): DeployedFacts => ({
  outputs: {
    ApiUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com',
    FirstAdmin: 'aws cognito-idp admin-create-user --user-pool-id eu-west-1_a ...',
    FirstWriteKey:
      'curl -fsS -X PUT https://abc.execute-api.eu-west-1.amazonaws.com/admin/sources/website ...',
  },
  email: {
    domain: 'shop.example',
    identity: known(aDomain()),
    records: known(someRecords()),
    dmarc: known([{ domain: 'shop.example', records: ['v=DMARC1; p=quarantine'] }]),
    events: known(someEmailEvents()),
    rule: known({ name: 'email-events', state: 'ENABLED' }),
  },
  queues: queueNames.map((queue) => known(aQueue({ queue }))),
  mappings: known([{ id: 'uuid-1', reads: 'ingest-inputs', state: 'Enabled', lastResult: 'OK' }]),
  expectedMappings: 1,
  tick: { schedule: known('ENABLED'), runs: known(10), overdue: known([]) },
  lagMs: known(400),
  failedBatches: known({ count: 0, oldest: undefined, republish: undefined }),
  tables: (['profiles', 'timeline', 'marketing'] as const).map((table) => ({
    table,
    facts: known(aTable({ table })),
  })),
  quarantine: known({ count: 0, isMore: false, oldestAt: undefined }),
  sources: known([{ id: 'website', keys: 1 }]),
  campaigns: known([aCampaign()]),
  schedules: known([{ name: 'campaign-win-back', state: 'ENABLED' }]),
  rules: known([]),
  ruleTargets: known([]),
  ruleLimit: 300,
  texts: someTexts(),
  alarms: known({ count: 64, ringing: [], silenced: [] }),
  alarmTopic: 'arn:aws:sns:eu-west-1:123456789012:alarms',
  subscriptions: known([{ endpoint: 'oncall@shop.example', isConfirmed: true }]),
  users: known({
    pool: 'eu-west-1_a',
    users: ['u1'],
    isMore: false,
    grouped: ['u1'],
    admins: ['u1'],
  }),
  uses: [{ what: 'events', facts: known(aQuota()) }],
  health: known({ kind: 'answered', status: 200 }),
  ...changes,
});

type Account = NonNullable<AccountFacts['account']>;

export const anAccount = (
  changes: Partial<Account> = {},
  caller: AccountFacts['caller'] = known({
    account: '123456789012',
    arn: 'arn:aws:iam::123456789012:user/mia',
  }),
): AccountFacts => ({
  stack: 'Perennial',
  region: 'eu-west-1',
  now,
  caller,
  account: {
    emails: known(anEmailAccount()),
    reputation: known({ bounceRate: 0.01, complaintRate: 0.0002 }),
    concurrency: known({ limit: 1_000, used: 12, queueShare: 190 }),
    stack: known({
      status: 'UPDATE_COMPLETE',
      terminationProtection: true,
      drift: 'NOT_CHECKED',
      missing: [],
    }),
    deployed: aDeployment(),
    ...changes,
  },
});
