import type { DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { aProbe, aRow, aWorkshop, bodiesOf } from '../support/workshop.ts';

// About the machinery itself: what it does to order and doubles is asked of it one by one.
describe('queues in the local world', () => {
  it.each(['virtual', 'real'])(
    'hands over when hostile what a receive has looked for in vain, on a %s clock',
    async (clock) => {
      for (let hostile = 0; hostile < 40; hostile += 1) {
        const arrived = Promise.withResolvers<unknown>();
        await using workshop = aWorkshop({
          hostile,
          isReal: clock === 'real',
          functions: () => [aProbe('runs', async (event) => arrived.resolve(bodiesOf(event)))],
        });
        await workshop.embedded.queue.send('runs', [{ body: hostile }]);
        if (clock === 'virtual') {
          await workshop.settle();
          arrived.reject(new Error(`Settled without message ${hostile}.`));
        }
        expect(await arrived.promise).toEqual([hostile]);
      }
    },
  );

  it('hands over what SQS hands to Lambda', async () => {
    const events: SQSEvent[] = [];
    await using workshop = aWorkshop({
      functions: () => [aProbe('runs', async (event) => void events.push(event))],
    });
    await workshop.embedded.queue.send('runs', [{ body: { run: 'märz' } }]);
    await workshop.settle();
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: expect.any(String),
            receiptHandle: expect.any(String),
            body: '{"run":"märz"}',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: '1795608000000',
              SenderId: '000000000000',
              ApproximateFirstReceiveTimestamp: '1795608000000',
            },
            messageAttributes: {},
            md5OfBody: '5d1a5e5c6dbdeab426fa8692f5cfaec8',
            eventSource: 'aws:sqs',
            eventSourceARN: 'arn:aws:sqs:local:000000000000:perennial-runs',
            awsRegion: 'local',
          },
        ],
      },
    ]);
  });

  it('hands out again only what failed, until it is a dead letter', async () => {
    const received: unknown[] = [];
    await using workshop = aWorkshop({
      functions: () => [
        aProbe('audiences', async (event) => {
          received.push(...bodiesOf(event));
          const bad = event.Records.filter(({ body }) => body === '"bad"');
          return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
        }),
      ],
    });
    await workshop.embedded.queue.send('audiences', [{ body: 'good' }, { body: 'bad' }]);
    await workshop.settle();
    expect(received.filter((body) => body === 'good')).toHaveLength(1);
    expect(received.filter((body) => body === 'bad')).toHaveLength(20);
    expect(workshop.embedded.queue.deadLetters('audiences').map(({ body }) => body)).toEqual([
      '"bad"',
    ]);
  });

  it('hands out the whole batch again when the function throws or takes too long', async () => {
    let calls = 0;
    const probe = aProbe('runs', async (event) => {
      calls += 1;
      if (calls === 1) throw new Error('out of luck');
      if (calls === 2) await new Promise((resolve) => setTimeout(resolve, 200));
      return { batchItemFailures: [], of: event.Records.length };
    });
    await using workshop = aWorkshop({
      functions: () => [{ ...probe, row: { ...probe.row, timeoutSeconds: 0.05 } }],
    });
    await workshop.embedded.queue.send('runs', [{ body: 1 }]);
    await workshop.settle();
    expect(calls).toBe(3);
    expect(workshop.failures.list().map(({ error }) => error)).toEqual([
      expect.stringContaining('TimedOut'),
      'Error: out of luck',
    ]);
  });

  it('runs a function several times at once, and never more often than its row allows', async () => {
    const most = async (concurrency: number | undefined) => {
      let running = 0;
      let highest = 0;
      await using workshop = aWorkshop({
        functions: () => [
          aProbe(
            'emails',
            async () => {
              running += 1;
              highest = Math.max(highest, running);
              await new Promise((resolve) => setTimeout(resolve, 5));
              running -= 1;
            },
            { batch: 1, ...(concurrency && { concurrency }) },
          ),
        ],
      });
      const messages = Array.from({ length: 12 }, (_, body) => ({ body }));
      await workshop.embedded.queue.send('emails', messages);
      await workshop.settle();
      return highest;
    };
    expect(await most(undefined)).toBe(4);
    expect(await most(2)).toBe(2);
  });

  it('starts a function that settles only when those begun before it have ended', async () => {
    const story: string[] = [];
    const settling = aProbe('segment-passes', async () => void story.push('pass'));
    await using workshop = aWorkshop({
      functions: ({ queue }) => [
        aProbe('inputs', async () => {
          await queue.send('segment-passes', [{ body: 'definition changed' }]);
          await new Promise((resolve) => setTimeout(resolve, 30));
          story.push('decided by the older rules');
        }),
        { ...settling, row: { ...settling.row, settles: true } },
      ],
    });
    await workshop.embedded.queue.send('inputs', [{ body: 1 }]);
    await workshop.settle();
    expect(story).toEqual(['decided by the older rules', 'pass']);
  });
});

describe('the stream in the local world', () => {
  const entries = (count: number) => Array.from({ length: count }, (_, at) => `entry-${at}`);

  it('hands over new entries in order, as DynamoDB does, and remembers its position', async () => {
    const events: DynamoDBStreamEvent[] = [];
    await using workshop = aWorkshop({
      functions: () => [aStreamProbe(async (event) => void events.push(event))],
    });
    await workshop.putEntries(entries(3));
    await workshop.settle();
    await workshop.settle();
    const records = events.flatMap(({ Records }) => Records);
    expect(records.map(({ dynamodb }) => dynamodb?.Keys)).toEqual(
      entries(3).map((sk) => ({ pk: { S: 'anna' }, sk: { S: sk } })),
    );
    expect(records[0]).toMatchObject({
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        NewImage: { pk: { S: 'anna' }, sk: { S: 'entry-0' }, total: { N: '29.33' } },
        StreamViewType: 'NEW_IMAGE',
      },
    });
  });

  it('goes on from the lowest entry that failed', async () => {
    const batches: string[][] = [];
    await using workshop = aWorkshop({
      functions: () => [
        aStreamProbe(async ({ Records }) => {
          batches.push(Records.map(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S ?? ''));
          if (batches.length > 1) return { batchItemFailures: [] };
          const itemIdentifier = Records[1]?.dynamodb?.SequenceNumber ?? '';
          return { batchItemFailures: [{ itemIdentifier }] };
        }),
      ],
    });
    await workshop.putEntries(entries(3));
    await workshop.settle();
    expect(batches).toEqual([
      ['entry-0', 'entry-1', 'entry-2'],
      ['entry-1', 'entry-2'],
    ]);
  });

  it('sets a batch aside after ten tries and goes on behind it', async () => {
    let tries = 0;
    const delivered: unknown[] = [];
    await using workshop = aWorkshop({
      functions: () => [
        aStreamProbe(async ({ Records }) => {
          const keys = Records.map(({ dynamodb }) => dynamodb?.Keys?.['sk']?.S);
          if (keys.includes('entry-0')) {
            tries += 1;
            throw new Error('the bus is away');
          }
          delivered.push(...keys);
        }),
      ],
    });
    await workshop.putEntries(['entry-0']);
    await workshop.settle();
    await workshop.putEntries(['entry-9']);
    await workshop.settle();
    expect(tries).toBe(10);
    expect(delivered).toEqual(['entry-9']);
    expect(workshop.machinery.failedBatches.list()).toMatchObject([
      { error: 'the bus is away', keys: [{ pk: 'anna', sk: 'entry-0' }] },
    ]);
  });

  it('loses nothing when hostile, though entries come twice and out of order', async () => {
    const seen = new Map<string, number>();
    await using workshop = aWorkshop({
      hostile: 7,
      functions: () => [
        aStreamProbe(async ({ Records }) => {
          for (const { dynamodb } of Records) {
            const pk = dynamodb?.Keys?.['pk']?.S ?? '';
            seen.set(pk, (seen.get(pk) ?? 0) + 1);
          }
        }),
      ],
    });
    const people = Array.from({ length: 200 }, (_, at) => `person-${at}`);
    for (const person of people) await workshop.putEntries(['entry-0'], person);
    await workshop.settle();
    expect([...seen.keys()].toSorted()).toEqual(people.toSorted());
    expect(Math.max(...seen.values())).toBeGreaterThan(1);
    expect([...seen.keys()]).not.toEqual(people);
  });
});

const aStreamProbe = (call: (event: DynamoDBStreamEvent) => Promise<unknown>) => ({
  row: aRow('functions/tracking/publish-timeline.ts', {
    kind: 'stream',
    table: 'timeline',
    batch: 100,
  }),
  // The stream reader hands over nothing else.
  call: (event: unknown) => call(event as DynamoDBStreamEvent),
});
