import {
  type CloudWatchLogsClient,
  DescribeSubscriptionFiltersCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetSMSAttributesCommand, GetSMSSandboxAccountStatusCommand } from '@aws-sdk/client-sns';
import { type Asked, ask, both, mapped, notMade } from '../asked.ts';
import type { TextFacts, TextSettings } from '../checks/texts.ts';
import type { Clients } from './clients.ts';
import { type Deployed, functionNameOf } from './deployed.ts';
import { askMetrics } from './metrics.ts';

export type TextPlace = {
  readonly region: string;
  readonly account: string;
  readonly now: number;
};

export async function askTexts(
  clients: Pick<Clients, 'texts' | 'alarms' | 'logs'>,
  deployed: Deployed,
  place: TextPlace,
): Promise<Omit<TextFacts, 'isUsed'>> {
  const [settings, spentUsd, unreadGroups] = await Promise.all([
    askSettings(clients),
    askSpent(clients, place.now),
    askUnread(clients.logs, deployed, place),
  ]);
  return { settings, spentUsd, unreadGroups, statusSetup: deployed.outputs['TextStatusSetup'] };
}

async function askSettings({ texts }: Pick<Clients, 'texts'>): Promise<Asked<TextSettings>> {
  const sandbox = await ask('sns:GetSMSSandboxAccountStatus', () =>
    texts.send(new GetSMSSandboxAccountStatusCommand({})),
  );
  const attributes = await ask('sns:GetSMSAttributes', () =>
    texts.send(new GetSMSAttributesCommand({})),
  );
  return mapped(both(sandbox, attributes), ([{ IsInSandbox }, { attributes: set = {} }]) => ({
    isSandbox: IsInSandbox === true,
    monthlyLimitUsd: numberOf(set['MonthlySpendLimit']),
    statusRole: set['DeliveryStatusIAMRole'],
    statusSamplingPercent: numberOf(set['DeliveryStatusSuccessSamplingRate']),
  }));
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number(text);

/** What SNS has counted since the month began, by UTC. */
async function askSpent({ alarms }: Pick<Clients, 'alarms'>, now: number) {
  const today = new Date(now);
  const fromMs = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1);
  const told = await askMetrics(
    alarms,
    {
      spent: {
        namespace: 'AWS/SNS',
        name: 'SMSMonthToDateSpentUSD',
        statistic: 'Maximum',
        periodSeconds: 3600,
        take: 'highest',
      },
    },
    { fromMs, toMs: now },
  );
  return mapped(told, ({ spent }) => spent);
}

/** The groups that SNS writes to, of which a subscription must hand every line to the function. */
function askUnread(
  logs: CloudWatchLogsClient,
  deployed: Deployed,
  { region, account }: TextPlace,
): Promise<Asked<readonly string[]>> | Asked<readonly string[]> {
  const reader = functionNameOf(deployed, 'functions/deliverability/record-text-statuses.ts');
  if (reader === undefined) return notMade('function record-text-statuses');
  const group = `sns/${region}/${account}/DirectPublishToPhoneNumber`;
  return ask('logs:DescribeSubscriptionFilters', async () => {
    const unread: string[] = [];
    for (const name of [group, `${group}/Failure`]) {
      if (!(await isRead(logs, name, reader))) unread.push(name);
    }
    return unread;
  });
}

async function isRead(logs: CloudWatchLogsClient, group: string, reader: string): Promise<boolean> {
  try {
    const command = new DescribeSubscriptionFiltersCommand({ logGroupName: group });
    const { subscriptionFilters = [] } = await logs.send(command);
    return subscriptionFilters.some(({ destinationArn = '' }) =>
      destinationArn.endsWith(`:function:${reader}`),
    );
  } catch (error) {
    // A group that is not there is written to by nobody.
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}
