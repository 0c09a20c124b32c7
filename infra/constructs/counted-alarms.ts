import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type CountedMetric,
  countedMetrics,
  dueLagMetric,
  lastingMetrics,
  metricDimensions,
  metricNamespace,
} from '../../shared/adapters/aws/counted-metrics.ts';
import type { AlarmRow } from './alarm-row.ts';

const period = Duration.minutes(5);

/** After which something that was due has certainly been forgotten, or is held up. */
const dueLagSeconds = Duration.hours(1).toSeconds();

type Words = Pick<AlarmRow, 'name' | 'kind' | 'loss' | 'seen' | 'todo' | 'runbook'>;

const words: Readonly<Record<CountedMetric, Words>> = {
  MessagesRefused: {
    name: 'messages refused',
    kind: 'sending',
    loss: 'The provider takes no messages: emails, SMS or pushes wait, and after days they are given up.',
    seen: 'SES or SNS has refused them for a quarter of an hour.',
    todo: 'see whether the account may send, and how many a second; the log ("provider-refused") names run and channel.',
    runbook: 'A provider refuses or does not answer',
  },
  MessagesUnanswered: {
    name: 'messages unanswered',
    kind: 'sending',
    loss: 'The provider does not answer: whether messages went out is not known, and they are not sent again.',
    seen: 'Calls to SES or SNS have broken off for a quarter of an hour.',
    todo: 'see the AWS Health Dashboard, and pause what can wait.',
    runbook: 'A provider refuses or does not answer',
  },
  WebhooksRefused: {
    name: 'webhooks refused',
    kind: 'sending',
    loss: 'A system of the company takes no webhooks: what they should set off there does not happen.',
    seen: 'Its answers were not 2xx within 15 seconds, and after three days the calls are given up; the log ("provider-refused") names the run.',
    todo: 'repair the endpoint, or cancel the campaign.',
    runbook: 'A webhook is refused',
  },
  BackupsRestored: {
    name: 'backup restored',
    kind: 'sending',
    loss: 'Nothing goes out: every live campaign has been paused.',
    seen: 'The tables were put back from a backup, which has forgotten what was sent since.',
    todo: 'look at each paused campaign (GET /admin/campaigns/{id}: pausedFor), then resume or cancel it.',
    runbook: 'A backup was restored',
  },
  CampaignsPausedForReputation: {
    name: 'campaign paused itself',
    kind: 'sending',
    loss: 'A campaign has paused itself: by going on, the account might lose its right to send anything.',
    seen: 'Too many of its emails bounce or are complained about; GET /admin/campaigns/{id} says which (pausedFor), the log names the campaign.',
    todo: 'clean its audience, then resume or cancel it.',
    runbook: 'Bounces and complaints',
  },
  InputsQuarantined: {
    name: 'quarantine holds something',
    kind: 'platform',
    loss: 'A lead or an event that was accepted is not stored.',
    seen: 'It could not be processed for what it holds, and lies in the quarantine with its reason.',
    todo: 'read GET /admin/quarantine, put right what the reason names, then replay it.',
    runbook: 'The quarantine holds something',
  },
};

/** What functions count or measure themselves: they have done their work, so no error tells of it. */
export const countedAlarms = (): readonly AlarmRow[] => [
  ...countedMetrics.map(
    (metricName): AlarmRow => ({
      ...words[metricName],
      when: {
        metric: ours(metricName, Stats.SUM),
        threshold: 1,
        // What stands still is told of at once.
        ...(lastingMetrics.includes(metricName)
          ? { evaluationPeriods: 5, datapointsToAlarm: 3 }
          : { evaluationPeriods: 1 }),
      },
    }),
  ),
  onDueLag(),
];

/**
 * Whatever stops sending, this shows it: every message that is reserved and not sent, every delay and
 * every change by the calendar stands in a due index until somebody has seen to it.
 */
function onDueLag(): AlarmRow {
  return {
    name: 'what is due waits',
    kind: 'sending',
    loss: 'Messages, delays, or changes of segments by the calendar are late.',
    seen: 'Something has been due for an hour and nobody has seen to it.',
    todo: 'see which of the queues messages, enrolments, profile-reviews, runs and nights waits, and the log of its function.',
    runbook: 'What is due waits',
    when: {
      metric: ours(dueLagMetric, Stats.MAXIMUM),
      threshold: dueLagSeconds,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    },
  };
}

const ours = (metricName: string, statistic: string): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: metricDimensions,
    period,
    statistic,
  });
