import {
  DescribeRuleCommand,
  type EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ResourceNotFoundException as NoSuchRule,
} from '@aws-sdk/client-eventbridge';
import {
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException as NoSuchSchedule,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { queueNames } from '../../../shared/ports/queue.ts';
import { queues } from '../../queue-manifest.ts';
import { type Asked, ask, notMade } from '../asked.ts';
import type { EventRuleFacts } from '../checks/email-events.ts';
import type { ScheduleFacts } from '../checks/marketing.ts';
import type { RuleFacts, TargetFacts } from '../checks/rules.ts';
import { allPages, eachOf } from '../pages.ts';
import { type Deployed, physicalIdLike, physicalIdOf, queueIds } from './deployed.ts';

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

/** The rules of the product's bus; campaigns made all but the canary's. */
export const askRules = (
  events: EventBridgeClient,
  bus: string,
): Promise<Asked<readonly RuleFacts[]>> =>
  ask('events:ListRules', async () => {
    const rows = await allOf(async (token) => {
      const answer = await events.send(
        new ListRulesCommand({ EventBusName: bus, NextToken: token }),
      );
      return { rows: answer.Rules, next: answer.NextToken };
    });
    return rows.map(({ Name = '', State, EventPattern }) => ({
      name: Name,
      isDisabled: State === 'DISABLED',
      pattern: EventPattern,
    }));
  });

/**
 * Which rules feed the queues that campaigns listen by: a list for each queue instead of one for each
 * rule. `arnStart`: what the ARNs of the stack's queues begin with.
 */
export async function askRuleTargets(
  events: EventBridgeClient,
  deployed: Deployed,
  { bus, arnStart }: { readonly bus: string; readonly arnStart: string },
): Promise<Asked<readonly TargetFacts[]>> {
  const fed = queueNames
    .filter((queue) => queues[queue].fedBy === 'listeners')
    .map((queue) => ({ queue, url: physicalIdOf(deployed, queueIds(queue).queue) }));
  const missing = fed.find(({ url }) => url === undefined);
  if (missing !== undefined) return notMade(`queue ${missing.queue}`);
  return ask('events:ListRuleNamesByTarget', () =>
    eachOf(fed, async ({ queue, url = '' }) => {
      const arn = `${arnStart}:${url.slice(url.lastIndexOf('/') + 1)}`;
      const rules = await allOf(async (token) => {
        const answer = await events.send(
          new ListRuleNamesByTargetCommand({
            EventBusName: bus,
            TargetArn: arn,
            NextToken: token,
          }),
        );
        return { rows: answer.RuleNames, next: answer.NextToken };
      });
      return { queue, arn, rules };
    }),
  );
}

/** Half a list would tell of what is behind it that it is gone. */
async function allOf<Row>(read: Parameters<typeof allPages<Row>>[0]): Promise<readonly Row[]> {
  const { rows, isMore } = await allPages(read);
  if (isMore) throw new Error(`There are more than the ${rows.length} that were read.`);
  return rows;
}

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
