import { basename } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { type QueueName, queueNames } from '../../shared/ports/queue.ts';
import type { FunctionRow } from '../function-row.ts';
import { functions } from '../manifest.ts';
import { queues } from '../queue-manifest.ts';
import type { AlarmRow } from './alarm-row.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './queues.ts';
import type { Triggers } from './triggers.ts';

const period = Duration.minutes(5);

/** Half of the hour after which a publisher that lags must have been noticed. */
const iteratorAgeMs = Duration.minutes(30).toMilliseconds();

/** What is alarmed of the queues and the functions of the manifest. */
export const workAlarms = (made: {
  readonly functions: Functions;
  readonly queues: Queues;
  readonly triggers: Triggers;
}): readonly AlarmRow[] => [
  ...queueNames.map((name) => onDeadLetters(name, made.queues)),
  ...queueNames.flatMap((name) => onWaiting(name, made.queues)),
  ...functions.flatMap((row) => onFunction(row, made.functions)),
  onUnpublished(made.triggers),
];

/**
 * One each: what is lost, and whose log to read, differs from queue to queue, and an alarm that does
 * arithmetic over all of them is paid by the metric, so it would say less for the same money.
 */
function onDeadLetters(name: QueueName, { pairs }: Queues): AlarmRow {
  return {
    name: `${name} dead letters`,
    kind: 'dead-letters',
    loss: queues[name].loss,
    seen: `Dead letters wait in the queue "${name}".`,
    todo: `find the error in the log of ${readerOf(name)}, put right what it names, then redrive them.`,
    runbook: 'Dead letters',
    when: {
      metric: pairs[name].deadLetters.metricApproximateNumberOfMessagesVisible({
        period,
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
      evaluationPeriods: 1,
    },
  };
}

/** A queue whose reader does not keep up has no dead letters for days. */
function onWaiting(name: QueueName, { pairs }: Queues): readonly AlarmRow[] {
  const { alarmAfterMinutes, loss } = queues[name];
  if (alarmAfterMinutes === undefined) return [];
  const metric = pairs[name].queue.metricApproximateAgeOfOldestMessage({
    period,
    statistic: Stats.MAXIMUM,
  });
  return [
    {
      name: `${name} wait`,
      kind: 'waiting',
      loss,
      seen: `Messages have waited in the queue "${name}" for ${alarmAfterMinutes} minutes.`,
      todo: `see whether ${readerOf(name)} fails, is throttled, or has more to do than it can.`,
      runbook: 'A queue waits',
      when: { metric, threshold: alarmAfterMinutes * 60, evaluationPeriods: 1 },
    },
  ];
}

function onFunction(row: FunctionRow, made: Functions): readonly AlarmRow[] {
  switch (row.trigger.kind) {
    case 'logs':
      return [onGivenUp(row, made)];
    case 'stream':
      return [onErrors(row, made), onLag(row, made)];
    case 'minute':
      return [onErrors(row, made), onSilence(row, made)];
    case 'http':
    case 'queue':
    case 'rate':
    case 'invoke':
      return [onErrors(row, made)];
  }
}

function onErrors(row: FunctionRow, made: Functions): AlarmRow {
  return {
    name: `${basename(row.file, '.ts')} fails`,
    kind: 'function',
    loss: row.loss,
    seen: `${row.file} keeps failing.`,
    todo: `find the error in its log and put right what it names; ${afterwards(row)}.`,
    runbook: 'A function fails',
    when: {
      metric: made.of(row.file).metricErrors({ period, statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    },
  };
}

function afterwards({ trigger }: FunctionRow): string {
  switch (trigger.kind) {
    case 'queue':
    case 'stream':
    case 'logs':
      return 'what it was given waits and is tried again';
    case 'minute':
    case 'rate':
      return 'the next run catches up';
    case 'http':
      return 'whoever called was told of the failure';
    case 'invoke':
      return 'then call it again';
  }
}

/** It fails to be called again, so its errors tell nothing. */
function onGivenUp(row: FunctionRow, made: Functions): AlarmRow {
  return {
    name: `${basename(row.file, '.ts')} gave up`,
    kind: 'function',
    loss: row.loss,
    seen: `${row.file} failed three times with the same lines.`,
    todo: 'find the error in its log; the log groups of SNS keep the lines themselves for a week.',
    runbook: 'A function fails',
    when: {
      metric: made.of(row.file).metric('AsyncEventsDropped', { period, statistic: Stats.SUM }),
      threshold: 1,
      evaluationPeriods: 1,
    },
  };
}

function onLag(row: FunctionRow, made: Functions): AlarmRow {
  return {
    name: `${basename(row.file, '.ts')} lags`,
    kind: 'function',
    loss: row.loss,
    seen: `${row.file} lags behind by half an hour; the stream keeps 24 hours.`,
    todo: 'see whether it fails or is throttled.',
    runbook: 'The timeline is not published',
    when: {
      metric: made.of(row.file).metric('IteratorAge', { period, statistic: Stats.MAXIMUM }),
      threshold: iteratorAgeMs,
      evaluationPeriods: 1,
    },
  };
}

function onSilence(row: FunctionRow, made: Functions): AlarmRow {
  return {
    name: `${basename(row.file, '.ts')} is silent`,
    kind: 'function',
    loss: row.loss,
    seen: `${row.file} has not run for ten minutes.`,
    todo: 'see whether its schedule is enabled and the account may run functions; the next run catches up.',
    runbook: 'Nothing runs by the minute',
    when: {
      metric: made.of(row.file).metricInvocations({ period, statistic: Stats.SUM }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.BREACHING,
    },
  };
}

/** What goes to the bucket was retried for hours and will not be again. */
function onUnpublished({ timelineMappingId }: Triggers): AlarmRow {
  return {
    name: 'timeline not published',
    kind: 'function',
    loss: 'What people did starts no campaign.',
    seen: 'Events of the timeline were given up and lie in the bucket of failed batches.',
    todo: 'publish them again with the command of the output RepublishCommand.',
    runbook: 'The timeline is not published',
    when: {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: timelineMappingId },
        period,
        statistic: Stats.SUM,
      }),
      threshold: 1,
      evaluationPeriods: 1,
    },
  };
}

function readerOf(name: QueueName): string {
  const row = functions.find(({ trigger }) => trigger.kind === 'queue' && trigger.queue === name);
  if (row === undefined) throw new Error(`No function of the manifest reads the queue '${name}'.`);
  return row.file;
}
