import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { exampleConfig } from '../../infra/config.ts';
import { leastConcurrency } from '../../infra/constructs/concurrency.ts';
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

describe.each(functions)('$file', (row) => {
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

  it('raises an alarm that says what the business loses', () => {
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith(row.loss),
        // What is called again after it failed is told of only when it is given up.
        MetricName: row.trigger.kind === 'logs' ? 'AsyncEventsDropped' : 'Errors',
        Dimensions: [
          {
            Name: 'FunctionName',
            Value: { Ref: Match.stringLikeRegexp(`^${functionId(row.file)}`) },
          },
        ],
        Statistic: 'Sum',
        Threshold: 1,
        Period: 300,
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
  const readers = functions.flatMap((row) =>
    row.trigger.kind === 'queue' ? [{ ...row, most: row.trigger.concurrency }] : [],
  );
  const most = readers.reduce((sum, row) => sum + row.most, 0);
  const reservedWith = (accountConcurrency: number) =>
    Object.values(
      synthesised({ ...exampleConfig, accountConcurrency }).findResources('AWS::Lambda::Function'),
    ).flatMap(({ Properties: { Description: text, ReservedConcurrentExecutions: reserved } }) =>
      reserved === undefined ? [] : [[String(text).split('. ')[0], Number(reserved)] as const],
    );

  it('stays free for the public API, whatever waits in the queues', () => {
    expect(most).toBeLessThan(1_000 / 4);
    expect(Math.min(...readers.map((row) => row.most))).toBeGreaterThanOrEqual(2);
  });

  it('bounds what a hot loop can burn in a day: every reader of a queue has a maximum', () => {
    const usdPerGbSecond = 0.0000133334; // arm64, us-east-1, 2026-11
    const gigabytes = readers.reduce((sum, row) => sum + (row.most * row.memoryMb) / 1_024, 0);
    expect(gigabytes * 86_400 * usdPerGbSecond).toBeLessThan(210);
  });

  it('has nothing set aside unless the company says how much there is: a new account may run 10', () => {
    for (const lambda of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(lambda['Properties']).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it.each([leastConcurrency, 1_000, 10_000])(
    'of %i has parts for websites, marketers and the timeline, and room for all queues and the rest',
    (account) => {
      const reserved = reservedWith(account);
      expect(reserved.map(([file]) => file)).toEqual([
        'functions/http/public.ts',
        'functions/http/admin.ts',
        'functions/tracking/publish-timeline.ts',
      ]);
      const left = account - reserved.reduce((sum, [, part]) => sum + part, 0);
      expect(left).toBeGreaterThanOrEqual(100); // Lambda refuses to leave less.
      expect(left).toBeGreaterThan(most + 10);
      for (const [, part] of reserved) expect(part).toBeGreaterThanOrEqual(20);
    },
  );
});

describe('a chain of a function that hands its work on to itself', () => {
  it('is no loop to Lambda, which would end it at the sixteenth; any other chain is', () => {
    const lambdas = Object.values(template.findResources('AWS::Lambda::Function'));
    const allowed = lambdas.flatMap(({ Properties: { Description: text, RecursiveLoop: loop } }) =>
      loop === undefined ? [] : [[String(text).split('. ')[0], loop]],
    );
    const continuing = [
      'functions/segments/review-profiles.ts',
      'functions/segments/pass-over-profiles.ts',
      'functions/segments/begin-night.ts',
      'functions/lists/change-static-list-members.ts',
      'functions/campaigns/run-campaign.ts',
      'functions/campaigns/expand-audience.ts',
      'functions/campaigns/end-delays.ts',
      'functions/messaging/send-emails.ts',
      'functions/messaging/send-texts.ts',
      'functions/messaging/send-pushes.ts',
      'functions/messaging/send-webhooks.ts',
      'functions/messaging/wake-messages.ts',
      'functions/tracking/record-visits.ts',
    ];
    expect(Object.fromEntries(allowed)).toEqual(
      Object.fromEntries(continuing.map((file) => [file, 'Allow'])),
    );
  });

  it('goes round through itself alone: no function reaches its queue through another', () => {
    const reader = new Map(
      functions.flatMap((row) =>
        row.trigger.kind === 'queue' ? [[row.trigger.queue, row.file] as const] : [],
      ),
    );
    const next = new Map(
      functions.map(({ file, grants }) => [
        file,
        (grants.sendsTo ?? []).map((queue) => reader.get(queue)).filter((to) => to !== file),
      ]),
    );
    const reached = (from: string): ReadonlySet<string> => {
      const seen = new Set<string>();
      const open = [...(next.get(from) ?? [])];
      for (let file = open.pop(); file !== undefined; file = open.pop()) {
        if (seen.has(file)) continue;
        seen.add(file);
        open.push(...(next.get(file) ?? []));
      }
      return seen;
    };
    for (const { file } of functions)
      expect([file, reached(file).has(file)]).toEqual([file, false]);
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
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        EvaluationPeriods: 2,
        Period: 300,
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

  it('keeps every log for a month: functions write to groups of the stack, and nothing makes its own', () => {
    const groups = Object.entries(template.findResources('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(functions.length + 1);
    for (const [, group] of groups) expect(group['Properties'].RetentionInDays).toBe(30);
    const written = Object.values(template.findResources('AWS::Lambda::Function')).map(
      (lambda) => lambda['Properties'].LoggingConfig.LogGroup.Ref,
    );
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const [access] = stage?.['Properties'].AccessLogSettings.DestinationArn['Fn::GetAtt'] ?? [];
    expect(new Set([...written, access])).toEqual(new Set(groups.map(([id]) => id)));
  });

  it('stays under the number of resources a stack may have', () => {
    expect(Object.keys(template.toJSON()['Resources']).length).toBeLessThan(500);
  });
});
