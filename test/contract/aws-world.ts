import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleGroupCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { EventBridgeBus } from '../../shared/adapters/aws/bus.ts';
import { SqsQueue } from '../../shared/adapters/aws/queue.ts';
import { AwsSchedules } from '../../shared/adapters/aws/schedules.ts';
import type { QueueName } from '../../shared/ports/queue.ts';
import type { QueueWorld } from './queue-suite.ts';
import { queueRows } from './queue-suite.ts';

/** A server that speaks AWS's protocols; without one there is nothing to test against. */
export const endpoint = process.env['PERENNIAL_AWS_ENDPOINT'];

export const connection = {
  endpoint: endpoint ?? 'http://127.0.0.1:1',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};

export const sqs = new SQSClient(connection);
export const eventBridge = new EventBridgeClient(connection);
export const scheduler = new SchedulerClient(connection);

const used = ['inputs', 'emails', 'triggers', 'conversions', 'runs'] as const;
type Used = (typeof used)[number];

const arnOf = async (url: string): Promise<string> => {
  const answer = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return answer.Attributes?.['QueueArn'] ?? '';
};

const createQueue = async (name: string, attributes = {}): Promise<string> => {
  const answer = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  );
  return answer.QueueUrl ?? '';
};

const receive = async (url: string, max: number) => {
  const answer = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: max,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  return (answer.Messages ?? []).map((message) => ({
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    receives: Number(message.Attributes?.ApproximateReceiveCount),
  }));
};

/** Queues of their own for a test, as the stack would make them. */
export const awsQueues = async () => {
  const run = crypto.randomUUID();
  const made = await Promise.all(
    used.map(async (name) => {
      const deadUrl = await createQueue(`${run}-${name}-dead-letters`);
      const redrive = {
        deadLetterTargetArn: await arnOf(deadUrl),
        maxReceiveCount: queueRows[name].maxReceives,
      };
      const url = await createQueue(`${run}-${name}`, {
        VisibilityTimeout: String(queueRows[name].visibilitySeconds),
        RedrivePolicy: JSON.stringify(redrive),
      });
      return { name, url, deadUrl, arn: await arnOf(url) };
    }),
  );
  const of = (name: QueueName) => {
    const queue = made.find((each) => each.name === name);
    if (queue === undefined) throw new Error(`The suite uses another queue: ${name}.`);
    return queue;
  };
  // `fromEntries` forgets that every used queue is among the keys.
  const pick = (field: 'url' | 'arn') =>
    Object.fromEntries(made.map((queue) => [queue.name, queue[field]])) as Record<Used, string>;
  return { of, urls: pick('url'), arns: pick('arn') };
};

export const awsQueueWorld = async (): Promise<QueueWorld> => {
  const { of, urls } = await awsQueues();
  return {
    queue: new SqsQueue({ client: sqs, urls }),
    receive: (name, max) => receive(of(name).url, max),
    remove: async (name, handles) => {
      for (const ReceiptHandle of handles) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl: of(name).url, ReceiptHandle }));
      }
    },
    release: async (name, handles) => {
      for (const ReceiptHandle of handles) {
        const release = { QueueUrl: of(name).url, ReceiptHandle, VisibilityTimeout: 0 };
        await sqs.send(new ChangeMessageVisibilityCommand(release));
      }
    },
    deadBodies: async (name) => (await receive(of(name).deadUrl, 10)).map(({ body }) => body),
    pass: async (seconds) => {
      await sleep(seconds * 1000);
    },
  };
};

/** A bus, a schedule group and queues of their own for a test. */
export const awsEventWorld = async () => {
  const { of, arns } = await awsQueues();
  const name = crypto.randomUUID();
  await eventBridge.send(new CreateEventBusCommand({ Name: name }));
  await scheduler.send(new CreateScheduleGroupCommand({ Name: name }));
  const roleArn = 'arn:aws:iam::123456789012:role/scheduler';
  const schedules = new AwsSchedules({
    scheduler,
    eventBridge,
    group: name,
    roleArn,
    busName: name,
    queueArns: arns,
  });
  const arrived = async (queue: QueueName): Promise<readonly unknown[]> => {
    const { url } = of(queue);
    const bodies: unknown[] = [];
    for (let batch = await receive(url, 10); batch.length > 0; batch = await receive(url, 10)) {
      for (const { receiptHandle, body } of batch) {
        // The stand-in leaves the account out of an event, which AWS does not.
        bodies.push({ account: '123456789012', ...JSON.parse(body) });
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receiptHandle }));
      }
    }
    return bodies;
  };
  return {
    name,
    arns,
    bus: new EventBridgeBus({ client: eventBridge, busName: name }),
    schedules,
    arrived,
    scheduleNames: async () => {
      const answer = await scheduler.send(new ListSchedulesCommand({ GroupName: name }));
      return (answer.Schedules ?? []).map((schedule) => schedule.Name ?? '');
    },
    listenerNames: async () => {
      const answer = await eventBridge.send(new ListRulesCommand({ EventBusName: name }));
      return (answer.Rules ?? []).map((rule) => rule.Name ?? '');
    },
  };
};
