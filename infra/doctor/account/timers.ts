import {
  DescribeRuleCommand,
  type EventBridgeClient,
  ListRulesCommand,
  ResourceNotFoundException as NoSuchRule,
} from '@aws-sdk/client-eventbridge';
import {
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException as NoSuchSchedule,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { type Asked, ask, notMade } from '../asked.ts';
import type { EventRuleFacts } from '../checks/email-events.ts';
import type { RulesFacts, ScheduleFacts } from '../checks/marketing.ts';
import { allPages } from '../pages.ts';
import { type Deployed, physicalIdLike } from './deployed.ts';

/** The schedules of campaigns, in the group that bears the stack's name. */
export const askSchedules = (
  schedules: SchedulerClient,
  group: string,
): Promise<Asked<readonly ScheduleFacts[]>> =>
  ask('scheduler:ListSchedules', async () => {
    const { rows } = await allPages(async (token) => {
      const answer = await schedules.send(
        new ListSchedulesCommand({ GroupName: group, NextToken: token, MaxResults: 100 }),
      );
      return { rows: answer.Schedules, next: answer.NextToken };
    });
    return rows.map(({ Name = '', State = 'ENABLED' }) => ({ name: Name, state: State }));
  });

/** State of the schedule that calls the tick; undefined: it is gone. */
export async function askMinute(
  schedules: SchedulerClient,
  deployed: Deployed,
): Promise<Asked<string | undefined>> {
  const name = physicalIdLike(deployed, {
    type: 'AWS::Scheduler::Schedule',
    start: 'TriggersMinute',
  });
  if (name === undefined) return notMade('schedule for the minute tick');
  return ask('scheduler:GetSchedule', async () => {
    try {
      const { State } = await schedules.send(new GetScheduleCommand({ Name: name }));
      return State;
    } catch (error) {
      if (error instanceof NoSuchSchedule) return undefined;
      throw error;
    }
  });
}

/** The rules that campaigns made on the product's bus. */
export const askRules = (events: EventBridgeClient, bus: string): Promise<Asked<RulesFacts>> =>
  ask('events:ListRules', async () => {
    const { rows } = await allPages(async (token) => {
      const answer = await events.send(
        new ListRulesCommand({ EventBusName: bus, NextToken: token }),
      );
      return { rows: answer.Rules, next: answer.NextToken };
    });
    return {
      names: rows.map(({ Name = '' }) => Name),
      disabled: rows.filter(({ State }) => State === 'DISABLED').map(({ Name = '' }) => Name),
    };
  });

/** The rule on the account's own bus that hands over what SES tells; undefined: it is gone. */
export async function askEventRule(
  events: EventBridgeClient,
  deployed: Deployed,
): Promise<Asked<EventRuleFacts | undefined>> {
  const name = physicalIdLike(deployed, {
    type: 'AWS::Events::Rule',
    start: 'EventsListeneremailevents',
  });
  if (name === undefined) return notMade('rule for events of SES');
  return ask('events:DescribeRule', async () => {
    try {
      const { State = 'ENABLED' } = await events.send(new DescribeRuleCommand({ Name: name }));
      return { name, state: State };
    } catch (error) {
      if (error instanceof NoSuchRule) return undefined;
      throw error;
    }
  });
}
