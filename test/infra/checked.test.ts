import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { synthesiseChecked } from './synthesised.ts';

/** The stack with one alarm more, whose text is so long. */
const synthesiseWithText = (length: number) => () =>
  synthesiseChecked((stack) => {
    new CfnAlarm(stack, 'OneMore', {
      alarmDescription: 'x'.repeat(length),
      comparisonOperator: 'GreaterThanThreshold',
      evaluationPeriods: 1,
      metricName: 'Invocations',
      namespace: 'AWS/Lambda',
      period: 60,
      statistic: 'Sum',
      threshold: 1,
    });
  });

describe('what is deployed', () => {
  it('passes the checks of AWS’s good practice, but for what has a reason, and CloudFormation’s schemas', () => {
    expect(() => synthesiseChecked()).not.toThrow();
  });

  it('is not made at all where CloudFormation would refuse it', () => {
    expect(synthesiseWithText(1_024)).not.toThrow();
    expect(synthesiseWithText(1_025)).toThrow('length 1025 exceeds maximum 1024');
  });
});
