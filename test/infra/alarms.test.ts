import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { queues } from '../../infra/queue-manifest.ts';
import { providerMetrics } from '../../shared/adapters/aws/counted-metrics.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { count, metrics } from '../../shared/runtime/observability.ts';
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
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
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

describe('the README', () => {
  it('says how many alarms are paid for', () => {
    const text = readFileSync(join(root, 'infra/README.md'), 'utf8');
    expect(Number(/(\d+) CloudWatch\s+alarms/.exec(text)?.[1])).toBe(alarms.length);
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
    ['BackupsRestored', 'Nothing goes out: the tables were put back', 1],
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

describe('what carriers say of SMS', () => {
  const file = 'functions/deliverability/record-text-statuses.ts';

  it('is told of when it was given up, and not when a try is put off by failing', () => {
    const about = alarms.filter(({ AlarmDescription }) => String(AlarmDescription).includes(file));
    expect(
      about.map(({ MetricName, EvaluationPeriods }) => [MetricName, EvaluationPeriods]),
    ).toEqual([['AsyncEventsDropped', 1]]);
  });
});
