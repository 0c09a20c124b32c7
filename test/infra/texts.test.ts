import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { functionId, statementsOf, synthesised } from './synthesised.ts';

const template = synthesised();

describe('texts from people', () => {
  it('come to the queue in their envelope, from the one topic that only the SMS service may publish to', () => {
    expect(() =>
      template.hasResourceProperties('AWS::SNS::Subscription', {
        Protocol: 'sqs',
        RawMessageDelivery: Match.absent(),
        Endpoint: { 'Fn::GetAtt': ['InboundTextsQueue', 'Arn'] },
      }),
    ).not.toThrow();
    expect(() =>
      template.hasResourceProperties('AWS::SNS::TopicPolicy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: 'sns:Publish',
              Principal: { Service: 'sms-voice.amazonaws.com' },
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            }),
          ]),
        },
      }),
    ).not.toThrow();
    expect(() =>
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Principal: { Service: 'sns.amazonaws.com' }, Effect: 'Allow' }),
          ]),
        },
      }),
    ).not.toThrow();
  });

  it('have an output that says where to connect the number', () => {
    expect(Object.keys(template.findOutputs('InboundTextsTopic'))).toHaveLength(1);
  });
});

describe('what becomes of SMS', () => {
  it('may be handed to its function by the logs of SMS alone', () => {
    expect(() =>
      template.hasResourceProperties('AWS::Lambda::Permission', {
        Principal: 'logs.amazonaws.com',
        FunctionName: Match.objectLike({
          'Fn::GetAtt': [
            Match.stringLikeRegexp(functionId('functions/deliverability/record-text-statuses.ts')),
            'Arn',
          ],
        }),
        SourceAccount: { Ref: 'AWS::AccountId' },
      }),
    ).not.toThrow();
  });

  it('is written by SNS to those groups and no other', () => {
    const written = statementsOf(template, /^TextsStatusRole/);
    expect(written).toHaveLength(1);
    for (const resource of written[0]?.resources ?? []) {
      expect(resource).toContain('DirectPublishToPhoneNumber*');
    }
  });

  it('is switched on by commands that may be run again', () => {
    const [setup] = Object.values(template.findOutputs('TextStatusSetup'));
    const text = JSON.stringify(setup);
    for (const word of [
      'put-subscription-filter',
      '/Failure',
      'DeliveryStatusSuccessSamplingRate=100',
    ]) {
      expect(text).toContain(word);
    }
  });
});
