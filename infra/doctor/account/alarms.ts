import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';
import { type Asked, ask, mapped } from '../asked.ts';
import type { AlarmFacts, SubscriptionFacts } from '../checks/alarms.ts';
import { allPages } from '../pages.ts';
import { type Deployed, physicalIdLike } from './deployed.ts';

/** Names in one call, at the most. */
const namesPerCall = 100;

/** The stack's own alarms, whatever else rings in the account. */
export async function askAlarms(
  alarms: CloudWatchClient,
  { resources }: Deployed,
): Promise<Asked<AlarmFacts>> {
  const names = resources
    .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
    .map(({ physicalId }) => physicalId);
  const described = await ask('cloudwatch:DescribeAlarms', async () => {
    const found: MetricAlarm[] = [];
    for (let start = 0; start < names.length; start += namesPerCall) {
      const AlarmNames = names.slice(start, start + namesPerCall);
      const command = new DescribeAlarmsCommand({ AlarmNames, MaxRecords: namesPerCall });
      found.push(...((await alarms.send(command)).MetricAlarms ?? []));
    }
    return found;
  });
  return mapped(described, (found) => ({
    count: found.length,
    ringing: found
      .filter(({ StateValue }) => StateValue === 'ALARM')
      .map((alarm) => ({
        name: alarm.AlarmName ?? '',
        text: alarm.AlarmDescription ?? alarm.AlarmName ?? '',
        since:
          (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.toISOString() ?? '',
      })),
    silenced: found
      .filter(({ ActionsEnabled }) => ActionsEnabled === false)
      .map(({ AlarmName = '' }) => AlarmName),
  }));
}

export const alarmTopicOf = (deployed: Deployed): string | undefined =>
  physicalIdLike(deployed, { type: 'AWS::SNS::Topic', start: 'AlarmsTopic' });

export const askSubscriptions = (
  texts: SNSClient,
  topicArn: string,
): Promise<Asked<readonly SubscriptionFacts[]>> =>
  ask('sns:ListSubscriptionsByTopic', async () => {
    const { rows } = await allPages(async (token) => {
      const answer = await texts.send(
        new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, NextToken: token }),
      );
      return { rows: answer.Subscriptions, next: answer.NextToken };
    });
    return rows.map(({ Endpoint = '', SubscriptionArn = '' }) => ({
      endpoint: Endpoint,
      // Until then it has a word in place of its ARN.
      isConfirmed: SubscriptionArn.startsWith('arn:'),
    }));
  });
