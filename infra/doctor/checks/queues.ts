import type { QueueName } from '../../../shared/ports/queue.ts';
import { queues as rows } from '../../queue-manifest.ts';
import type { Asked } from '../asked.ts';
import { command, type Finding, judged, ok, warning, wrong } from '../finding.ts';

export type QueueFacts = {
  readonly queue: QueueName;
  readonly waiting: number;
  readonly inFlight: number;
  readonly deadLetters: number;
  readonly queueArn: string | undefined;
  readonly deadLettersArn: string | undefined;
  /** Of the oldest message, in the last quarter of an hour; undefined: CloudWatch tells of none. */
  readonly oldestSeconds: Asked<number | undefined>;
};

/** One finding where all is well, else one for each queue that is not. */
export function checkQueues(asked: readonly Asked<QueueFacts>[]): readonly Finding[] {
  return [
    ...summed(
      'dead letters',
      asked.map((one) => judged('dead letters', one, deadFindings)),
      (count) => ok('dead letters', `None in ${count} queues.`),
    ),
    ...summed(
      'queues',
      asked.map((one) => judged('queues', one, lateFindings)),
      (count) => ok('queues', `${count} queues, none behind.`),
    ),
  ];
}

function summed(
  check: string,
  findings: readonly (readonly Finding[])[],
  allWell: (count: number) => Finding,
): readonly Finding[] {
  const told = uniquely(findings.flat());
  if (findings.length === 0) return [];
  return told.length > 0 ? told : [{ ...allWell(findings.length), check }];
}

/** A right that is missing is missing for all queues: it is told of once. */
export function uniquely(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const text = JSON.stringify(finding);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

function deadFindings(facts: QueueFacts): readonly Finding[] {
  const { queue, deadLetters, queueArn, deadLettersArn } = facts;
  if (deadLetters === 0) return [];
  const count = deadLetters === 1 ? 'a dead letter' : `${deadLetters} dead letters`;
  const fix =
    queueArn === undefined || deadLettersArn === undefined
      ? 'Repair the cause (the log of its function says why), then start a DLQ redrive in the SQS console.'
      : command(
          'Repair the cause (the log of its function says why), then put them back:',
          // SQS knows where its own came from, and not what EventBridge put there.
          `aws sqs start-message-move-task --source-arn ${deadLettersArn} --destination-arn ${queueArn}`,
        );
  return [wrong(`dead letters: ${queue}`, `${rows[queue].loss} It has ${count}.`, fix)];
}

/** What may wait where the manifest names no alarm. */
const lateMinutes = 60;

const lateFindings = (facts: QueueFacts): readonly Finding[] =>
  judged('queues', facts.oldestSeconds, (seconds) => lateFinding(facts, seconds ?? 0));

function lateFinding(
  { queue, waiting }: Pick<QueueFacts, 'queue' | 'waiting'>,
  oldestSeconds: number,
): readonly Finding[] {
  const limit = rows[queue].alarmAfterMinutes ?? lateMinutes;
  const minutes = Math.floor(oldestSeconds / 60);
  if (minutes < limit / 2) return [];
  const what = `The oldest of ${waiting.toLocaleString('en-US')} messages has waited for ${minutes} minutes. ${rows[queue].loss}`;
  const fix =
    'See whether its function fails or is throttled (alarms, "functions" and "quotas" here tell); what waits is kept for 14 days.';
  return [(minutes >= limit ? wrong : warning)(`queue: ${queue}`, what, fix)];
}
