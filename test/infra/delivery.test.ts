import { describe, expect, it } from 'vitest';
import { queues, standingListeners } from '../../infra/queue-manifest.ts';
import { queueNames } from '../../shared/ports/queue.ts';
import { startingWith, synthesised } from './synthesised.ts';

const template = synthesised();

const rules = Object.entries(template.findResources('AWS::Events::Rule')).map(
  ([id, { Properties }]) => ({ id, bus: Properties.EventBusName, targets: Properties.Targets }),
);
const onAccountBus = rules.filter(({ bus }) => bus === 'default');

/** Who may send to the dead letters of a queue. */
const sendersTo = (deadLetters: string) =>
  Object.values(template.findResources('AWS::SQS::QueuePolicy'))
    .filter(({ Properties }) => Properties.Queues[0].Ref === deadLetters)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');

const alarmsOn = (metricName: string) =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .map(({ Properties }) => Properties)
    .filter((alarm) => JSON.stringify(alarm).includes(metricName));

describe('an event that EventBridge cannot deliver', () => {
  it('is told of by each rule on the account’s bus, with what the business loses', () => {
    expect(onAccountBus.length).toBeGreaterThan(0);
    for (const { id, targets } of onAccountBus) {
      const row = standingListeners('ours').find(
        ({ queue }) => queueId(queue) === targets[0].Arn['Fn::GetAtt'][0],
      );
      if (row === undefined) throw new Error(`No standing listener makes ${id}.`);
      expect(() =>
        template.hasResourceProperties('AWS::CloudWatch::Alarm', {
          AlarmDescription: startingWith(queues[row.queue].loss),
          Namespace: 'AWS/Events',
          MetricName: 'FailedInvocations',
          // AWS counts for rules of this bus by their name alone, which the ARN ends in: rule/<name>.
          Dimensions: [
            {
              Name: 'RuleName',
              Value: { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': [id, 'Arn'] }] }] },
            },
          ],
          Statistic: 'Sum',
          Threshold: 1,
          EvaluationPeriods: 1,
          TreatMissingData: 'notBreaching',
        }),
      ).not.toThrow();
    }
  });

  it('is told of on our bus whatever the rule is called, for campaigns make them', () => {
    const [bus] = Object.keys(template.findResources('AWS::Events::EventBus'));
    const [alarm, ...others] = alarmsOn('SELECT SUM(FailedInvocations)');
    expect(others).toEqual([]);
    expect(alarm).toMatchObject({
      AlarmDescription: expect.stringMatching(/^Events did not start their campaigns/),
      Metrics: [
        {
          Expression: {
            'Fn::Join': [
              '',
              [
                'SELECT SUM(FailedInvocations) FROM "AWS/Events" WHERE EventBusName = \'',
                { Ref: bus },
                "'",
              ],
            ],
          },
          // A query without a period of its own is refused.
          Period: 300,
          ReturnData: true,
        },
      ],
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it('lies among the dead letters when it is from SES, for nothing else tells of it', () => {
    const [rule, ...others] = onAccountBus;
    expect(others).toEqual([]);
    expect(rule?.targets).toEqual([
      {
        Id: 'queue',
        Arn: { 'Fn::GetAtt': ['EmailEventsQueue', 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['EmailEventsDeadLetters', 'Arn'] } },
      },
    ]);
    expect(sendersTo('EmailEventsDeadLetters')).toEqual([
      expect.objectContaining({
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': ['EmailEventsDeadLetters', 'Arn'] },
        Condition: { ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [rule?.id, 'Arn'] } } },
      }),
    ]);
  });

  it('is put among no other dead letters: what the timeline has is published again', () => {
    const kept = rules.filter(({ targets }) => targets[0].DeadLetterConfig !== undefined);
    expect(kept).toEqual(onAccountBus);
    for (const name of queueNames.filter((one) => one !== 'email-events')) {
      expect([name, sendersTo(queueId(name).replace(/Queue$/, 'DeadLetters'))]).toEqual([name, []]);
    }
  });
});

describe('a start of a campaign that EventBridge Scheduler cannot put on its queue', () => {
  const [group] = Object.values(template.findResources('AWS::Scheduler::ScheduleGroup'));

  it.each([
    ['while it is still tried', 'TargetErrorCount', 900, 2, 'Recurring campaigns do not start'],
    ['when it was given up', 'InvocationDroppedCount', 300, 1, 'A recurring campaign may have'],
  ] as const)('is told of %s', (_when, MetricName, Period, Threshold, text) => {
    expect(alarmsOn(MetricName)).toEqual([
      expect.objectContaining({
        AlarmDescription: expect.stringMatching(`^${text}`),
        Namespace: 'AWS/Scheduler',
        MetricName,
        Dimensions: [{ Name: 'ScheduleGroup', Value: group?.['Properties'].Name }],
        Statistic: 'Sum',
        Period,
        Threshold,
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
      }),
    ]);
  });
});

/** The logical id, which never changes: `email-events` is `EmailEventsQueue`. */
function queueId(name: string): string {
  return `${name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.slice(-1).toUpperCase())}Queue`;
}
