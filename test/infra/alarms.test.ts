import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { runbooks } from '../../infra/constructs/alarm-row.ts';
import { queues } from '../../infra/queue-manifest.ts';
import { providerMetrics } from '../../shared/adapters/aws/counted-metrics.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { count, dueFor, metrics } from '../../shared/runtime/observability.ts';
import { root } from '../architecture/source-tree.ts';
import { startingWith, synthesised } from './synthesised.ts';

const template = synthesised();
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  (alarm) => alarm['Properties'],
);

describe('the alarms’ topic', () => {
  it('lets the account’s alarms publish to it', () => {
    expect(() =>
      template.hasResourceProperties('AWS::SNS::TopicPolicy', {
        PolicyDocument: Match.objectLike({
          Statement: Match.arrayWith([
            {
              Sid: Match.anyValue(),
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: { Ref: Match.stringLikeRegexp('^AlarmsTopic') },
              Condition: {
                StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
                ArnLike: {
                  'aws:SourceArn': {
                    'Fn::Join': ['', Match.arrayWith([':cloudwatch:', ':alarm:Perennial *'])],
                  },
                },
              },
            },
          ]),
        }),
      }),
    ).not.toThrow();
  });

  it('is told by every alarm', () => {
    for (const { AlarmActions } of alarms) {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmsTopic/) }]);
    }
  });
});

describe('the text of an alarm', () => {
  const chapters = new Set(
    [...readFileSync(join(root, 'infra/runbook.md'), 'utf8').matchAll(/^## (.+)$/gm)].map(
      ([, heading = '']) => heading,
    ),
  );
  const parts =
    /^(?<loss>[A-Z][^]+?\.) (?<seen>[^]+\.) To do: (?<todo>[a-z][^]+\.) See "(?<chapter>[^"]+)" in infra\/runbook\.md\.$/;

  it.each(alarms.map(({ AlarmName, AlarmDescription }) => [AlarmName, AlarmDescription]))(
    '%s says what is lost, what was seen, what to do, and where to read on',
    (_name, description) => {
      expect(description).toMatch(parts);
      expect(description.length).toBeLessThanOrEqual(1_024);
      expect(chapters).toContain(parts.exec(description)?.groups?.['chapter']);
    },
  );

  it('leaves no chapter of the runbook without an alarm', () => {
    const named = alarms.map(
      ({ AlarmDescription }) => parts.exec(AlarmDescription)?.groups?.['chapter'],
    );
    expect(chapters).toEqual(new Set(named));
    expect([...chapters].toSorted()).toEqual(runbooks.toSorted());
  });

  it('stands under a name that people read, and that no other alarm has', () => {
    const names = alarms.map(({ AlarmName }) => AlarmName);
    for (const name of names) expect(name).toMatch(/^Perennial [a-z][a-z -]+$/);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the README', () => {
  it('says how many alarms there are', () => {
    const text = readFileSync(join(root, 'infra/README.md'), 'utf8');
    expect(Number(/(\d+)\s+alarms/.exec(text)?.[1])).toBe(alarms.length);
  });
});

describe('queues that wait', () => {
  it('are told of before people notice', () => {
    const minutes = queueNames.flatMap((name) => {
      const { alarmAfterMinutes } = queues[name];
      return alarmAfterMinutes === undefined ? [] : [[name, alarmAfterMinutes]];
    });
    expect(Object.fromEntries(minutes)).toEqual({
      inputs: 15,
      nights: 180,
      'segment-passes': 60,
      'list-changes': 30,
      triggers: 30,
      emails: 30,
      texts: 30,
      pushes: 30,
      webhooks: 30,
      'inbound-texts': 15,
      'email-events': 30,
      'link-visits': 30,
    });
  });

  it.each(queueNames.filter((name) => queues[name].alarmAfterMinutes !== undefined))(
    '%s says what is lost when its oldest message is too old',
    (name) => {
      const { loss, alarmAfterMinutes = Number.NaN } = queues[name];
      const queue = name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.slice(-1).toUpperCase());
      expect(() =>
        template.hasResourceProperties('AWS::CloudWatch::Alarm', {
          AlarmDescription: startingWith(loss),
          MetricName: 'ApproximateAgeOfOldestMessage',
          Dimensions: [
            { Name: 'QueueName', Value: { 'Fn::GetAtt': [`${queue}Queue`, 'QueueName'] } },
          ],
          Statistic: 'Maximum',
          Threshold: alarmAfterMinutes * 60,
        }),
      ).not.toThrow();
    },
  );
});

describe('the timeline’s stream', () => {
  it('counts its events, and an alarm rings when some are given up', () => {
    const [reader] = Object.entries(
      template.findResources('AWS::Lambda::EventSourceMapping', {
        Properties: { MetricsConfig: { Metrics: ['EventCount'] } },
      }),
    );
    expect(reader?.[1]['Properties'].EventSourceArn).toEqual({
      'Fn::GetAtt': ['TimelineTable', 'StreamArn'],
    });
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith('What people did starts no campaign'),
        Namespace: 'AWS/Lambda',
        MetricName: 'OnFailureDestinationDeliveredEventCount',
        Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: reader?.[0] } }],
        Threshold: 1,
      }),
    ).not.toThrow();
  });
});

describe('a provider that takes no messages or does not answer', () => {
  it.each(providerMetrics)('%s rings after a while, on what the senders count', (name) => {
    count(name, 3);
    const [counted] = metrics.serializeMetrics()._aws.CloudWatchMetrics;
    metrics.clearMetrics();
    expect(counted?.Metrics).toEqual([{ Name: name, Unit: 'Count' }]);
    expect(counted?.Dimensions).toEqual([['service']]);
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith('The provider '),
        Namespace: counted?.Namespace,
        MetricName: name,
        Dimensions: [{ Name: 'service', Value: 'perennial' }],
        Statistic: 'Sum',
        Period: 300,
        EvaluationPeriods: 5,
        DatapointsToAlarm: 3,
      }),
    ).not.toThrow();
  });
});

describe('what the functions count besides', () => {
  it.each([
    ['WebhooksRefused', 'A system of the company takes no webhooks', 5],
    ['CampaignsPausedForReputation', 'A campaign has paused itself', 1],
    ['BackupsRestored', 'Nothing goes out: every live campaign has been paused', 1],
    ['InputsQuarantined', 'A lead or an event that was accepted is not stored', 1],
  ] as const)('%s rings with what is at stake and what to do', (name, text, periods) => {
    count(name, 1);
    const [counted] = metrics.serializeMetrics()._aws.CloudWatchMetrics;
    metrics.clearMetrics();
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith(text),
        Namespace: counted?.Namespace,
        MetricName: counted?.Metrics[0]?.Name,
        Dimensions: [{ Name: 'service', Value: 'perennial' }],
        Statistic: 'Sum',
        Threshold: 1,
        EvaluationPeriods: periods,
      }),
    ).not.toThrow();
  });
});

describe('sending that has stopped', () => {
  it('shows by what is due and waits, as the tick measures it', () => {
    dueFor(3_600_000);
    const [measured] = metrics.serializeMetrics()._aws.CloudWatchMetrics;
    metrics.clearMetrics();
    expect(measured?.Metrics).toEqual([{ Name: 'DueLag', Unit: 'Seconds' }]);
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith('Messages, delays, or changes of segments'),
        Namespace: measured?.Namespace,
        MetricName: 'DueLag',
        Dimensions: [{ Name: 'service', Value: 'perennial' }],
        Statistic: 'Maximum',
        Threshold: 3_600,
      }),
    ).not.toThrow();
  });

  it.each([
    ['Reputation.BounceRate', 0.04, 0.05],
    ['Reputation.ComplaintRate', 0.0008, 0.001],
  ])(
    'is foreseen by %s of the account, before AWS looks into it',
    (MetricName, Threshold, review) => {
      expect(Threshold).toBeLessThan(review);
      expect(() =>
        template.hasResourceProperties('AWS::CloudWatch::Alarm', {
          AlarmDescription: startingWith('The account may lose its right to send'),
          Namespace: 'AWS/SES',
          MetricName,
          Dimensions: Match.absent(),
          Threshold,
          TreatMissingData: 'ignore',
        }),
      ).not.toThrow();
    },
  );
});

describe('tables that are throttled', () => {
  it.each([
    ['Profiles', 4],
    ['Timeline', 2],
    ['Marketing', 4],
  ])(
    '%s ring by what they and their index refuse, and fall silent when they refuse nothing',
    (name, metricsOf) => {
      const found = alarms.filter(({ AlarmName }) =>
        AlarmName.endsWith(`table ${name.toLowerCase()} throttled`),
      );
      expect(found).toHaveLength(1);
      const parts: readonly { Expression?: string; MetricStat?: { Metric: object } }[] =
        found[0]?.Metrics ?? [];
      expect(parts.find(({ Expression }) => Expression !== undefined)?.Expression).toMatch(
        /^FILL\(SUM\(\[.+\]\), 0\)$/,
      );
      const measured = parts.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
      expect(measured).toHaveLength(metricsOf);
      for (const metric of measured) {
        expect(metric).toMatchObject({
          Namespace: 'AWS/DynamoDB',
          MetricName: expect.stringMatching(/^(Read|Write)ThrottleEvents$/),
          Dimensions: expect.arrayContaining([
            { Name: 'TableName', Value: { Ref: `${name}Table` } },
          ]),
        });
      }
    },
  );
});

describe('what carriers say of SMS', () => {
  const file = 'functions/deliverability/record-text-statuses.ts';

  it('is told of when it was given up, and not when a try is put off by failing', () => {
    const about = alarms.filter(({ AlarmDescription }) => String(AlarmDescription).includes(file));
    expect(
      about.map(({ MetricName, EvaluationPeriods }) => [MetricName, EvaluationPeriods]),
    ).toEqual([['AsyncEventsDropped', 1]]);
  });
});
