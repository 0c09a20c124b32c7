import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { functions } from '../../infra/manifest.ts';
import { canaryHeard, metrics } from '../../shared/runtime/observability.ts';
import { startingWith, synthesised } from './synthesised.ts';

const template = synthesised();

describe('the canary', () => {
  it('is posted every five minutes; a firing that fails is made up for by the next', () => {
    const firings = Object.values(template.findResources('AWS::Scheduler::Schedule')).filter(
      ({ Properties }) => String(Properties.Description).includes('post-canary'),
    );
    expect(firings.map(({ Properties }) => Properties)).toMatchObject([
      {
        ScheduleExpression: 'rate(5 minutes)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: { 'Fn::GetAtt': [expect.stringMatching(/^Functionspostcanary/), 'Arn'] },
          Input: JSON.stringify({ scheduledAt: '<aws.scheduler.scheduled-time>' }),
          RetryPolicy: { MaximumRetryAttempts: 0 },
        },
      },
    ]);
  });

  it('is heard by a rule of its own on the bus, and leads of people are not', () => {
    expect(() =>
      template.hasResourceProperties('AWS::Events::Rule', {
        EventBusName: { Ref: Match.stringLikeRegexp('^EventsBus') },
        EventPattern: { source: ['perennial'], 'detail-type': ['canary.captured'] },
        State: 'ENABLED',
        Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': ['CanaryQueue', 'Arn'] } }],
      }),
    ).not.toThrow();
  });

  it('rings when no lead has come through in time for a quarter of an hour, and when nothing is posted', () => {
    canaryHeard(1_234);
    const [measured] = metrics.serializeMetrics()._aws.CloudWatchMetrics;
    metrics.clearMetrics();
    expect(measured?.Metrics).toEqual([{ Name: 'CanaryLatency', Unit: 'Milliseconds' }]);
    expect(measured?.Dimensions).toEqual([['service']]);
    expect(() =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmDescription: startingWith('Leads may be refused, or accepted and not stored'),
        Namespace: measured?.Namespace,
        MetricName: 'CanaryLatency',
        Dimensions: [{ Name: 'service', Value: 'perennial' }],
        Statistic: 'Minimum',
        Period: 300,
        EvaluationPeriods: 3,
        Threshold: 600_000,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'breaching',
      }),
    ).not.toThrow();
  });

  it('has no key in the template: it is made of the secret that the poster may read', () => {
    const poster = functions.find(({ file }) => file.endsWith('post-canary.ts'));
    expect(poster?.grants).toEqual({
      tables: { marketing: 'write' },
      publicApi: true,
      secrets: ['link-signing'],
    });
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => String(Properties.Description).startsWith(poster?.file ?? '-'),
    );
    expect(Object.keys(lambda?.['Properties'].Environment.Variables).toSorted()).toEqual([
      'PERENNIAL_PUBLIC_API',
      'PERENNIAL_SECRETS',
      'PERENNIAL_SETTINGS',
      'PERENNIAL_TABLES',
    ]);
  });
});
