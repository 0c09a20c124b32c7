import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type QueueName, queueNames } from '../../../shared/ports/queue.ts';
import { type Asked, ask, mapped } from '../asked.ts';
import type { QueueFacts } from '../checks/queues.ts';
import { eachOf } from '../pages.ts';
import type { Clients } from './clients.ts';
import { type Deployed, physicalIdOf, queueIds } from './deployed.ts';
import { askMetrics, type MetricQuestion } from './metrics.ts';

type Urls = { readonly queue: QueueName; readonly url: string; readonly deadUrl: string };

/** Every queue that the stack has, with its dead letters and the age of its oldest message. */
export async function askQueues(
  { queues, alarms }: Pick<Clients, 'queues' | 'alarms'>,
  deployed: Deployed,
  now: number,
): Promise<readonly Asked<QueueFacts>[]> {
  const made = queueNames.flatMap((queue): Urls[] => {
    const ids = queueIds(queue);
    const url = physicalIdOf(deployed, ids.queue);
    const deadUrl = physicalIdOf(deployed, ids.dead);
    return url === undefined || deadUrl === undefined ? [] : [{ queue, url, deadUrl }];
  });
  const questions = Object.fromEntries(made.map(({ queue, url }) => [queue, ageQuestion(url)]));
  const ages = await askMetrics(alarms, questions, { fromMs: now - 15 * 60_000, toMs: now });
  return eachOf(made, async (urls) => {
    const counts = await ask('sqs:GetQueueAttributes', () => countsOf(queues, urls));
    const oldestSeconds = mapped(ages, (seconds) => seconds[urls.queue]);
    return mapped(counts, (facts) => ({ ...facts, oldestSeconds }));
  });
}

async function countsOf(
  queues: SQSClient,
  { queue, url, deadUrl }: Urls,
): Promise<Omit<QueueFacts, 'oldestSeconds'>> {
  const live = await attributesOf(queues, url);
  const dead = await attributesOf(queues, deadUrl);
  const number = (text: string | undefined): number => Number(text ?? 0);
  return {
    queue,
    waiting: number(live.ApproximateNumberOfMessages),
    inFlight: number(live.ApproximateNumberOfMessagesNotVisible),
    deadLetters:
      number(dead.ApproximateNumberOfMessages) + number(dead.ApproximateNumberOfMessagesNotVisible),
    queueArn: live.QueueArn,
    deadLettersArn: dead.QueueArn,
  };
}

async function attributesOf(queues: SQSClient, url: string) {
  const { Attributes = {} } = await queues.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'QueueArn',
      ],
    }),
  );
  return Attributes;
}

const ageQuestion = (url: string): MetricQuestion => ({
  namespace: 'AWS/SQS',
  name: 'ApproximateAgeOfOldestMessage',
  dimensions: { QueueName: url.slice(url.lastIndexOf('/') + 1) },
  statistic: 'Maximum',
  periodSeconds: 60,
  take: 'newest',
});
