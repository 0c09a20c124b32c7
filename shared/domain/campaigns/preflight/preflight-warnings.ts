import type { CampaignDefinition } from '../campaign.ts';
import { isEventSchedule, isOnceSchedule } from '../schedule.ts';
import type { Funnel } from './preflight.ts';
import type { PreflightCost } from './preflight-cost.ts';

/** What a marketer should know before the launch though it stops nothing, each in a sentence. */
export function warningsOf(
  { topic, resend, schedule, message }: CampaignDefinition,
  found: {
    readonly funnel: Funnel;
    readonly cost: PreflightCost;
    readonly isTopicKnown: boolean;
    readonly isApprovalMissing: boolean;
  },
): readonly string[] {
  const { funnel, cost, isTopicKnown, isApprovalMissing } = found;
  const matched = funnel.steps[0]?.people ?? 0;
  const messages = funnel.now.people + funnel.later.people;
  const unrendered = funnel.steps.find(({ step }) => step === 'rendered')?.lost ?? 0;
  const warnings: (string | false)[] = [
    topic !== undefined &&
      !isTopicKnown &&
      `Nobody has defined the topic "${topic}": people can have consented to it only by that very name.`,
    matched === 0 &&
      !isOnceSchedule(schedule) &&
      'The audience matches nobody now: nobody gets anything until somebody is in it.',
    matched > 0 && messages === 0 && 'Nobody of those who match would get a message.',
    unrendered > 0 &&
      `${unrendered} messages cannot be rendered: see the samples of "rendered", and give the template defaults.`,
    ...Object.entries(cost.unpriced).map(
      ([country, count]) =>
        count > 0 &&
        `${count} text messages go to numbers of ${country}, which has no price in the sending policy: they are not in the cost.`,
    ),
    resend === 'afterUnknown' &&
      message.channel !== 'webhook' &&
      'A message of which nobody knows whether it went out is sent again: it may duplicate.',
    isApprovalMissing && 'A second person must approve it before it is launched.',
  ];
  return warnings.filter((warning) => warning !== false);
}

/** What the figures suppose, each in a sentence. */
export function assumptionsOf(
  { schedule }: CampaignDefinition,
  { exact, error, looked, rendered, now, later }: Funnel,
): readonly string[] {
  const assumptions: (string | false)[] = [
    isEventSchedule(schedule) &&
      'As if the event of everybody in the audience came now: "unless", "cooldown", and what the event says are known only then.',
    'cron' in schedule && 'Of the next run alone: later runs are decided when they come.',
    !exact &&
      `Estimated from ${looked} people of the audience, drawn by lot: the number of those who match is right within ${error}, at 95 % confidence.`,
    rendered > 0 &&
      rendered < now.people + later.people &&
      `${rendered} messages were rendered: the share of those that cannot be stands for all, and so do the parts of text messages.`,
  ];
  return assumptions.filter((assumption) => assumption !== false);
}
