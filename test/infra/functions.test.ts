import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { functions } from '../../infra/manifest.ts';
import { sendTimeoutMs } from '../../shared/ports/senders.ts';
import { quickCalls, singleCalls, slowCalls } from '../../shared/runtime/aws-ports.ts';
import { functionId, startingWith, statementsOf, synthesised } from './synthesised.ts';

const template = synthesised();

/** Every action that IAM cannot tie to an ARN, and why it is allowed nevertheless. */
const actionsWithoutResource: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': 'traces are no resources',
  'xray:PutTelemetryRecords': 'traces are no resources',
  'dynamodb:ListStreams': 'lists streams, reads none',
  'ses:GetAccount': 'the rate and the day are the whole account’s',
  'sns:Publish': 'phone numbers are no resources; everything with an ARN is denied beside it',
};

const writes = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

describe.each(functions)('$file', (row) => {
  const policy = new RegExp(`^${functionId(row.file)}role`);
  const allowed = statementsOf(template, policy).filter(({ effect }) => effect === 'Allow');
  const resourcesOf = (action: string) =>
    allowed.filter(({ actions }) => actions.includes(action)).flatMap(({ resources }) => resources);
  const mentions = (action: string, text: string) =>
    resourcesOf(action).some((resource) => resource.includes(text));

  it('runs on Node.js 24 on arm64, traced, with the memory and time of the manifest', () => {
    expect(() =>
      template.hasResourceProperties('AWS::Lambda::Function', {
        Description: startingWith(row.file),
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        MemorySize: row.memoryMb,
        Timeout: row.timeoutSeconds,
        LoggingConfig: { LogGroup: Match.anyValue() },
      }),
    ).not.toThrow();
  });

  it('reads and writes the tables it is granted and no other', () => {
    const tables = {
      profiles: 'ProfilesTable',
      timeline: 'TimelineTable',
      marketing: 'MarketingTable',
    };
    for (const name of ['profiles', 'timeline', 'marketing'] as const) {
      const access = row.grants.tables?.[name];
      expect([name, mentions('dynamodb:GetItem', tables[name])]).toEqual([
        name,
        access !== undefined,
      ]);
      for (const action of writes) {
        expect([action, mentions(action, tables[name])]).toEqual([action, access === 'write']);
      }
    }
  });

  it('reads whole only the tables it is granted to scan', () => {
    const scanned = resourcesOf('dynamodb:Scan').map((resource) =>
      /"([A-Za-z]+)Table"/.exec(resource)?.[1]?.toLowerCase(),
    );
    expect(scanned).toEqual(row.grants.scans ?? []);
  });

  it('sends to the queues it is granted and no other', () => {
    const sent = resourcesOf('sqs:SendMessage').map(
      (resource) => /"([A-Za-z]+)Queue"/.exec(resource)?.[1],
    );
    const granted = (row.grants.sendsTo ?? []).map((name) =>
      name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.slice(-1).toUpperCase()),
    );
    expect(new Set(sent)).toEqual(new Set(granted));
  });

  it('reaches bus, schedules, senders and secrets as granted', () => {
    expect({
      bus: mentions('events:PutEvents', 'EventsBus'),
      schedules: mentions('scheduler:CreateSchedule', 'schedule/Perennial/*'),
      passesRole: mentions('iam:PassRole', 'EventsSchedulerRole'),
      rules: mentions('events:PutRule', 'rule/Perennial/*'),
      email: mentions('ses:SendBulkEmail', 'EmailIdentity'),
      quota: mentions('ses:GetAccount', '*'),
      text: resourcesOf('sns:Publish').includes('"*"'),
      push: mentions('sns:Publish', 'endpoint/APNS/Example/*'),
      devices: mentions('sns:CreatePlatformEndpoint', 'app/GCM/Example'),
      secrets: mentions('secretsmanager:GetSecretValue', 'LinkSigningSecret'),
    }).toEqual({
      bus: row.grants.bus ?? false,
      schedules: row.grants.schedules ?? false,
      passesRole: row.grants.schedules ?? false,
      rules: row.grants.schedules ?? false,
      email: row.grants.email ?? false,
      quota: row.grants.email ?? false,
      text: row.grants.text ?? false,
      push: row.grants.push ?? false,
      devices: row.grants.push ?? false,
      secrets: row.grants.secrets?.includes('link-signing') ?? false,
    });
  });

  it('raises an alarm that says what the business loses', () => {
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith(row.loss),
        // What is called again after it failed is told of only when it is given up.
        MetricName: row.trigger.kind === 'logs' ? 'AsyncEventsDropped' : 'Errors',
      }),
    ).not.toThrow();
  });
});

describe('all roles', () => {
  const statements = statementsOf(template, /./);

  it('name every action: none with a wildcard', () => {
    const actions = statements.flatMap((statement) => statement.actions);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(actions.length).toBeGreaterThan(100);
  });

  it('allow everything only for actions that have no resources', () => {
    const everywhere = statements
      .filter(({ effect, resources }) => effect === 'Allow' && resources.includes('"*"'))
      .flatMap(({ actions }) => actions);
    expect([...new Set(everywhere)].toSorted()).toEqual(
      Object.keys(actionsWithoutResource).toSorted(),
    );
  });

  it('publish SMS to phone numbers, not to topics or apps', () => {
    expect(statements.filter(({ effect }) => effect === 'Deny')).toEqual([
      expect.objectContaining({
        actions: ['sns:Publish'],
        resources: [expect.stringContaining(':sns:*:*:*')],
      }),
    ]);
  });

  it('carry no policy of AWS’s own making', () => {
    for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(role['Properties'].ManagedPolicyArns).toBeUndefined();
    }
  });
});

describe('whole tables', () => {
  it('are read by previews, the pass over everybody and the publisher of what was missed alone', () => {
    const scanning = functions.filter(({ grants }) => grants.scans !== undefined);
    expect(scanning.map(({ file, grants }) => [file, grants.scans])).toEqual([
      ['functions/http/admin.ts', ['profiles']],
      ['functions/tracking/republish-timeline.ts', ['timeline']],
      ['functions/segments/pass-over-profiles.ts', ['profiles']],
    ]);
  });
});

describe('the concurrency of an account', () => {
  it('stays free for the public API, whatever waits in the queues', () => {
    const taken = functions.flatMap(({ trigger }) =>
      trigger.kind === 'queue' ? [trigger.concurrency] : [],
    );
    expect(taken.reduce((sum, one) => sum + one, 0)).toBeLessThan(1_000 / 4);
    expect(Math.min(...taken)).toBeGreaterThanOrEqual(2);
  });
});

describe('the time of a function', () => {
  const timeoutMsOf = (wanted: (row: (typeof functions)[number]) => boolean) =>
    Math.min(...functions.filter(wanted).map((row) => row.timeoutSeconds * 1_000));
  const longestMs = (calls: typeof quickCalls) =>
    calls.maxAttempts * calls.requestHandler.requestTimeout;

  it('holds a call to a table, queue or bus that hangs, and its retries', () => {
    expect(longestMs(quickCalls)).toBeLessThan(timeoutMsOf(() => true) - 2_000);
  });

  it('holds a call for a schedule or rule that hangs, and its retries', () => {
    const schedules = timeoutMsOf((row) => row.grants.schedules === true);
    expect(longestMs(slowCalls)).toBeLessThan(schedules - 2_000);
  });

  it('holds a call to a provider that hangs, which is never tried again', () => {
    expect(singleCalls.maxAttempts).toBe(1);
    const senders = timeoutMsOf((row) => row.grants.email === true || row.grants.text === true);
    expect(longestMs(singleCalls)).toBe(sendTimeoutMs);
    expect(longestMs(singleCalls) + 10_000).toBeLessThanOrEqual(senders / 2);
  });
});

describe('what the functions watch and keep', () => {
  it('runs the due work every minute and alarms when it falls silent', () => {
    expect(() =>
      template.hasResourceProperties('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'rate(1 minute)',
        Target: Match.objectLike({ RetryPolicy: Match.objectLike({ MaximumRetryAttempts: 0 }) }),
      }),
    ).not.toThrow();
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: 'Invocations',
        TreatMissingData: 'breaching',
      }),
    ).not.toThrow();
  });

  it('alarms within the hour when the timeline is not published', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const age = alarms.find((alarm) => alarm['Properties'].MetricName === 'IteratorAge');
    expect(age?.['Properties'].Threshold).toBeLessThan(3_600_000);
    expect(age?.['Properties'].AlarmActions).toHaveLength(1);
  });

  it('keeps every log for a month', () => {
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(functions.length + 1);
    for (const group of groups) expect(group['Properties'].RetentionInDays).toBe(30);
  });

  it('stays under the number of resources a stack may have', () => {
    expect(Object.keys(template.toJSON()['Resources']).length).toBeLessThan(500);
  });
});
