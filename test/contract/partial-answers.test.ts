import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EventBridgeBus } from '../../shared/adapters/aws/bus.ts';
import { SqsQueue } from '../../shared/adapters/aws/queue.ts';
import { AwsSchedules } from '../../shared/adapters/aws/schedules.ts';
import { connection } from './aws-world.ts';
import { aBusEvent } from './bus-suite.ts';

type Stack = {
  add(
    middleware: () => (args: { readonly input: unknown }) => Promise<unknown>,
    options: { readonly step: 'initialize' },
  ): void;
};

/** moto takes batches whole, which AWS promises nowhere: these answers are AWS's own for a part refused. */
const answering = <Client extends { readonly middlewareStack: unknown }>(
  client: Client,
  answer: (input: unknown) => object,
): Client => {
  // Every client has such a stack, each with the types of its own commands.
  (client.middlewareStack as Stack).add(
    () => async (args) => ({ output: { $metadata: {}, ...answer(args.input) }, response: {} }),
    { step: 'initialize' },
  );
  return client;
};

const sqsSchema = z.object({
  Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })),
});
const busSchema = z.object({ Entries: z.array(z.object({ Detail: z.string() })) });
const messages = ['a', 'b', 'c'].map((body) => ({ body }));

describe('a batch of which SQS stores a part', () => {
  const queueThatRefuses = (refuses: (id: string, calls: number) => boolean) => {
    const asked: string[][] = [];
    const client = answering(new SQSClient(connection), (input) => {
      const { Entries } = sqsSchema.parse(input);
      asked.push(Entries.map(({ MessageBody }) => JSON.parse(MessageBody)));
      const failed = Entries.filter(({ Id }) => refuses(Id, asked.length));
      return {
        Failed: failed.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
      };
    });
    return { asked, queue: new SqsQueue({ client, urls: { inputs: 'https://sqs.test/inputs' } }) };
  };

  it('is sent again without what is stored', async () => {
    const { asked, queue } = queueThatRefuses((id, calls) => id === '1' && calls < 3);
    await queue.send('inputs', messages);
    expect(asked).toEqual([['a', 'b', 'c'], ['b'], ['b']]);
  });

  it('throws when a message stays refused: it is stored nowhere', async () => {
    const { asked, queue } = queueThatRefuses((id) => id === '2');
    await expect(queue.send('inputs', messages)).rejects.toThrow('1 of 3 entries');
    expect(asked.at(-1)).toEqual(['c']);
  });
});

describe('a batch of which EventBridge takes a part', () => {
  const busThatRefuses = (refuses: (id: string, calls: number) => boolean) => {
    const asked: string[][] = [];
    const client = answering(new EventBridgeClient(connection), (input) => {
      const ids = busSchema.parse(input).Entries.map(({ Detail }) => String(JSON.parse(Detail).id));
      asked.push(ids);
      const results = ids.map((id) =>
        refuses(id, asked.length) ? { ErrorCode: 'ThrottlingException' } : { EventId: id },
      );
      return { FailedEntryCount: 1, Entries: results };
    });
    return { asked, bus: new EventBridgeBus({ client, busName: 'perennial' }) };
  };
  const events = ['a', 'b', 'c'].map((id) => aBusEvent({ id }));

  it('is put again without what is taken', async () => {
    const { asked, bus } = busThatRefuses((id, calls) => id !== 'b' && calls === 1);
    await bus.put(events);
    expect(asked).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ]);
  });

  it('throws when an event stays refused', async () => {
    const { bus } = busThatRefuses((id) => id === 'a');
    await expect(bus.put(events)).rejects.toThrow('ThrottlingException');
  });
});

describe('a listener whose queue EventBridge refuses', () => {
  it('is not taken as standing', async () => {
    const eventBridge = answering(new EventBridgeClient(connection), () => ({
      FailedEntryCount: 1,
      FailedEntries: [{ ErrorCode: 'LimitExceededException' }],
    }));
    const schedules = new AwsSchedules({
      scheduler: new SchedulerClient(connection),
      eventBridge,
      group: 'perennial',
      roleArn: 'arn:aws:iam::123456789012:role/scheduler',
      busName: 'perennial',
      queueArns: { triggers: 'arn:aws:sqs:eu-west-1:123456789012:triggers' },
    });
    const listener = {
      name: 'starts',
      pattern: { source: ['perennial'] },
      queue: 'triggers',
    } as const;
    await expect(schedules.putListener(listener)).rejects.toThrow('LimitExceededException');
  });
});
