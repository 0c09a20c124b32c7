import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openClients } from '../../infra/doctor/account/clients.ts';
import { askDomain, askEmailAccount, askEmailEvents } from '../../infra/doctor/account/emails.ts';
import { askConcurrency } from '../../infra/doctor/account/functions.ts';
import { askQuota, askUse } from '../../infra/doctor/account/quotas.ts';
import { askTexts } from '../../infra/doctor/account/texts.ts';
import { askRules } from '../../infra/doctor/account/timers.ts';
import { known } from '../../infra/doctor/asked.ts';
import { checkTexts } from '../../infra/doctor/checks/texts.ts';

/**
 * What moto has not: SES's account and event destinations, the SMS sandbox, Lambda's account settings,
 * and most quotas. AWS's answers are those of its documentation, and it is asserted what is asked.
 */
describe('what AWS answers the doctor', () => {
  type Reply = { readonly status: number; readonly type: string; readonly body: string };
  let replies: Readonly<Record<string, Reply>> = {};
  let asked: { readonly what: string; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const target = request.headers['x-amz-target'];
      const action = new URLSearchParams(body).get('Action');
      const what = String(target ?? action ?? `${request.method} ${request.url}`);
      asked.push({ what, body });
      const reply = replies[what] ?? json({}, 404);
      response.writeHead(reply.status, { 'content-type': reply.type });
      response.end(reply.body);
    });
  });
  const json = (body: object, status = 200): Reply => ({
    status,
    type: 'application/json',
    body: JSON.stringify(body),
  });
  const refusal = json({ __type: 'AccessDeniedException', message: 'no' }, 403);

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    // A server that listens on TCP has an address object.
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  });
  beforeEach(() => {
    asked = [];
    replies = {};
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    server.close();
  });
  const clients = () => openClients({ region: 'eu-west-1', profile: undefined });

  it('SES tells what the account may send; -1 is no limit', async () => {
    const account = {
      EnforcementStatus: 'HEALTHY',
      ProductionAccessEnabled: false,
      SendingEnabled: true,
      SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 17 },
      SuppressionAttributes: { SuppressedReasons: ['BOUNCE'] },
    };
    replies = { 'GET /v2/email/account': json(account) };
    expect(await askEmailAccount(clients().emails)).toEqual(
      known({
        hasProductionAccess: false,
        isSendingEnabled: true,
        enforcement: 'HEALTHY',
        perDay: 200,
        perSecond: 1,
        sentLastDay: 17,
        suppressedReasons: ['BOUNCE'],
      }),
    );
    const SendQuota = { ...account.SendQuota, Max24HourSend: -1 };
    replies = { 'GET /v2/email/account': json({ ...account, SendQuota }) };
    expect(await askEmailAccount(clients().emails)).toMatchObject(known({ perDay: undefined }));
  });

  it('SES may refuse to be asked: the permission is named', async () => {
    replies = { 'GET /v2/email/account': refusal };
    expect(await askEmailAccount(clients().emails)).toMatchObject({
      kind: 'unknown',
      permission: 'ses:GetAccount',
    });
  });

  it('SES tells of a domain, its DKIM records in the zone that it signs by, and MAIL FROM', async () => {
    replies = {
      'GET /v2/email/identities/shop.example': json({
        IdentityType: 'DOMAIN',
        VerifiedForSendingStatus: true,
        DkimAttributes: {
          SigningEnabled: true,
          Status: 'SUCCESS',
          Tokens: ['aaa', 'bbb'],
          SigningHostedZone: 'dkim.eu-west-1.example',
          SigningAttributesOrigin: 'AWS_SES',
        },
        MailFromAttributes: {
          MailFromDomain: 'mail.shop.example',
          MailFromDomainStatus: 'PENDING',
          BehaviorOnMxFailure: 'REJECT_MESSAGE',
        },
      }),
    };
    expect(await askDomain(clients().emails, 'shop.example')).toEqual(
      known({
        domain: 'shop.example',
        isVerified: true,
        dkim: {
          status: 'SUCCESS',
          isSigning: true,
          records: ['aaa', 'bbb'].map((token) => ({
            name: `${token}._domainkey.shop.example`,
            target: `${token}.dkim.eu-west-1.example`,
          })),
        },
        mailFrom: { domain: 'mail.shop.example', status: 'PENDING', rejectsOnFailure: true },
      }),
    );
  });

  it('SES does not know a domain: that is an answer', async () => {
    const missing = json({ __type: 'NotFoundException', message: 'no' }, 404);
    replies = { 'GET /v2/email/identities/shop.example': missing };
    expect(await askDomain(clients().emails, 'shop.example')).toEqual(known(undefined));
  });

  it('SES tells where events go', async () => {
    const path = 'GET /v2/email/configuration-sets/set';
    const EventBusArn = 'arn:aws:events:eu-west-1:123456789012:event-bus/default';
    replies = {
      [path]: json({
        SendingOptions: { SendingEnabled: true },
        ReputationOptions: { ReputationMetricsEnabled: true },
      }),
      [`${path}/event-destinations`]: json({
        EventDestinations: [
          {
            Name: 'events',
            Enabled: true,
            MatchingEventTypes: ['SEND', 'BOUNCE'],
            EventBridgeDestination: { EventBusArn },
          },
          {
            Name: 'other',
            Enabled: false,
            MatchingEventTypes: ['OPEN'],
            SnsDestination: { TopicArn: 'arn' },
          },
        ],
      }),
    };
    const set = { configurationSet: 'set', busArn: EventBusArn };
    expect(await askEmailEvents(clients().emails, set)).toEqual(
      known({
        ...set,
        isSendingEnabled: true,
        publishesReputation: true,
        destinations: [
          { name: 'events', isEnabled: true, isEventBridge: true, types: ['SEND', 'BOUNCE'] },
          { name: 'other', isEnabled: false, isEventBridge: false, types: ['OPEN'] },
        ],
      }),
    );
  });

  it('Lambda tells how many functions may run at once, whether or not their use can be seen', async () => {
    replies = {
      'GET /2016-08-19/account-settings': json({ AccountLimit: { ConcurrentExecutions: 10 } }),
    };
    expect(await askConcurrency(clients(), Date.now())).toMatchObject(
      known({ limit: 10, used: undefined }),
    );
  });

  it('SNS tells of the sandbox and the settings for SMS', async () => {
    const xml = (name: string, inner: string): Reply => ({
      status: 200,
      type: 'text/xml',
      body: `<${name}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${name}Result>${inner}</${name}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${name}Response>`,
    });
    const entry = (key: string, value: string) =>
      `<entry><key>${key}</key><value>${value}</value></entry>`;
    replies = {
      GetSMSSandboxAccountStatus: xml(
        'GetSMSSandboxAccountStatus',
        '<IsInSandbox>true</IsInSandbox>',
      ),
      GetSMSAttributes: xml(
        'GetSMSAttributes',
        `<attributes>${entry('MonthlySpendLimit', '50')}${entry('DeliveryStatusIAMRole', 'arn:role')}${entry('DeliveryStatusSuccessSamplingRate', '100')}</attributes>`,
      ),
    };
    const place = { region: 'eu-west-1', account: '123456789012', now: Date.now() };
    const facts = await askTexts(clients(), { outputs: {}, resources: [] }, place);
    expect(facts.settings).toEqual(
      known({
        isSandbox: true,
        monthlyLimitUsd: 50,
        statusRole: 'arn:role',
        statusSamplingPercent: 100,
      }),
    );
    expect(checkTexts({ ...facts, isUsed: known(true) })[0]).toMatchObject({
      check: 'SMS sandbox',
      state: 'wrong',
    });
  });

  const quota = 'ServiceQuotasV20190624.GetServiceQuota';
  const rules = {
    ServiceCode: 'events',
    QuotaCode: 'L-244521F2',
    QuotaName: 'Number of rules',
    Value: 300,
  };

  it('Service Quotas is asked by the code of a quota, and its name is held against what is meant', async () => {
    replies = { [quota]: json({ Quota: rules }) };
    expect(await askQuota(clients().quotas, 'rules')).toEqual(known(rules));
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual([
      { ServiceCode: 'events', QuotaCode: 'L-244521F2' },
    ]);
    replies = { [quota]: json({ Quota: { ...rules, QuotaName: 'Event buses' } }) };
    expect(await askQuota(clients().quotas, 'rules')).toMatchObject({ kind: 'unknown' });
  });

  it('EventBridge may tell of more rules than are read: none of those behind is called gone', async () => {
    const page = { Rules: [{ Name: 'on-a-00000000', State: 'ENABLED' }], NextToken: 'more' };
    replies = { 'AWSEvents.ListRules': json(page) };
    expect(await askRules(clients().events, 'Perennial')).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('There are more than the 50 that were read.'),
    });
    expect(asked).toHaveLength(50);
  });

  it('Service Quotas names the metric that counts what is used, a sum of a minute', async () => {
    const Quota = {
      ServiceCode: 'events',
      QuotaCode: 'L-9B653E91',
      QuotaName: 'PutEvents throttle limit in transactions per second',
      Value: 600,
      UsageMetric: {
        MetricNamespace: 'AWS/Usage',
        MetricName: 'CallCount',
        MetricDimensions: { Service: 'Events', Type: 'API', Resource: 'PutEvents', Class: 'None' },
        MetricStatisticRecommendation: 'Sum',
      },
    };
    const metrics = 'GraniteServiceVersion20100801.GetMetricData';
    replies = {
      [quota]: json({ Quota }),
      [metrics]: json({
        MetricDataResults: [{ Id: 'm0', Values: [60, 30_000, 120], Timestamps: [3, 2, 1] }],
      }),
    };
    const question = {
      which: 'putEvents',
      what: 'events',
      unit: 'calls',
      now: Date.now(),
    } as const;
    expect(await askUse(clients(), question)).toMatchObject(known({ limit: 600, used: 500 }));
    const request = asked.find(({ what }) => what === metrics || what === 'GetMetricData');
    expect(request?.body).toContain('PutEvents');
  });
});
