import { describe, expect, it } from 'vitest';
import { type Queue, type QueueName, queueNames } from '../../shared/ports/queue.ts';

type ReceivedMessage = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly receives: number;
};

/** A queue adapter and the receiving side, which on AWS is Lambda's business. */
export type QueueWorld = {
  readonly queue: Queue;
  receive(queue: QueueName, max: number): Promise<readonly ReceivedMessage[]>;
  remove(queue: QueueName, handles: readonly string[]): Promise<void>;
  /** Makes messages visible again at once. */
  release(queue: QueueName, handles: readonly string[]): Promise<void>;
  deadBodies(queue: QueueName): Promise<readonly string[]>;
  /** Lets time pass. */
  pass(seconds: number): Promise<void>;
};

/** What the suite expects of the queues: short, so that it can run against a real clock too. */
export const queueRows = Object.fromEntries(
  queueNames.map((name) => [name, { maxReceives: 3, visibilitySeconds: 2 }]),
  // `fromEntries` forgets that every queue name is among the keys.
) as Record<QueueName, { maxReceives: number; visibilitySeconds: number }>;

const handlesOf = (messages: readonly ReceivedMessage[]) =>
  messages.map(({ receiptHandle }) => receiptHandle);

/** What every queue adapter does. */
export const queueSuite = (adapter: string, open: () => Promise<QueueWorld>): void => {
  const receiveAll = async (world: QueueWorld, queue: QueueName) => {
    const all: ReceivedMessage[] = [];
    for (let batch = await world.receive(queue, 10); batch.length > 0; ) {
      all.push(...batch);
      batch = await world.receive(queue, 10);
    }
    return all;
  };

  describe(`queue: ${adapter}`, () => {
    it('delivers any number of messages with the bodies they were sent with', async () => {
      const world = await open();
      const bodies = Array.from({ length: 25 }, (_, index) => ({ index, text: 'Ž\uFFFF\u0000"' }));
      await world.queue.send(
        'inputs',
        bodies.map((body) => ({ body })),
      );
      const received = await receiveAll(world, 'inputs');
      expect(
        received.map(({ body }) => JSON.parse(body)).toSorted((a, b) => a.index - b.index),
      ).toEqual(bodies);
      expect(new Set(received.map(({ messageId }) => messageId)).size).toBe(25);
      expect(await world.receive('emails', 10)).toEqual([]);
    });

    it('sends nothing when there is nothing to send', async () => {
      const world = await open();
      await world.queue.send('inputs', []);
      expect(await world.receive('inputs', 10)).toEqual([]);
    });

    it('delivers messages of many groups, and of none, alike', async () => {
      const world = await open();
      const groups = ['campaign-1', 'campaign-2', `${'x'.repeat(127)}!`];
      await world.queue.send('inputs', [
        ...groups.map((group) => ({ body: group, group })),
        { body: 'none' },
      ]);
      const bodies = (await receiveAll(world, 'inputs')).map(({ body }) =>
        String(JSON.parse(body)),
      );
      expect(bodies.toSorted()).toEqual([...groups, 'none'].toSorted());
    });

    it('hides a received message until its timeout, and then delivers it again', async () => {
      const world = await open();
      await world.queue.send('inputs', [{ body: 'a' }]);
      const [first] = await world.receive('inputs', 10);
      expect(await world.receive('inputs', 10)).toEqual([]);
      await world.pass(2.5);
      const [second] = await world.receive('inputs', 10);
      expect(second).toMatchObject({ messageId: first?.messageId, body: '"a"', receives: 2 });
      expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
    });

    it('never delivers a removed message again', async () => {
      const world = await open();
      await world.queue.send('inputs', [{ body: 'done' }, { body: 'failed' }]);
      const messages = await receiveAll(world, 'inputs');
      const done = messages.filter(({ body }) => body === '"done"');
      await world.remove('inputs', handlesOf(done));
      await world.pass(2.5);
      expect((await receiveAll(world, 'inputs')).map(({ body }) => body)).toEqual(['"failed"']);
    });

    it('delivers a delayed message only after its delay', async () => {
      const world = await open();
      await world.queue.send('inputs', [{ body: 'later', delaySeconds: 2 }, { body: 'now' }]);
      expect((await receiveAll(world, 'inputs')).map(({ body }) => body)).toEqual(['"now"']);
      await world.pass(2.1);
      expect((await receiveAll(world, 'inputs')).map(({ body }) => body)).toContain('"later"');
    });

    it('puts a message that failed as often as allowed with the dead letters', async () => {
      const world = await open();
      await world.queue.send('inputs', [{ body: 'poison' }]);
      for (let receives = 1; receives <= queueRows.inputs.maxReceives; receives += 1) {
        const messages = await world.receive('inputs', 10);
        expect(messages).toMatchObject([{ receives }]);
        await world.release('inputs', handlesOf(messages));
      }
      expect(await world.receive('inputs', 10)).toEqual([]);
      expect(await world.deadBodies('inputs')).toEqual(['"poison"']);
    });

    it('puts a message that nobody answered for with the dead letters too', async () => {
      const world = await open();
      await world.queue.send('inputs', [{ body: 'crash' }]);
      for (let receives = 1; receives <= queueRows.inputs.maxReceives; receives += 1) {
        expect(await world.receive('inputs', 10)).toHaveLength(1);
        await world.pass(2.5);
      }
      expect(await world.receive('inputs', 10)).toEqual([]);
      expect(await world.deadBodies('inputs')).toEqual(['"crash"']);
    });

    it('carries a body of 1 MiB and refuses a longer one', async () => {
      const world = await open();
      const body = 'x'.repeat(1_048_576 - 2);
      await world.queue.send('inputs', [{ body }]);
      expect((await world.receive('inputs', 1))[0]?.body).toHaveLength(1_048_576);
      await expect(world.queue.send('inputs', [{ body: `${body}x` }])).rejects.toBeInstanceOf(
        Error,
      );
    });

    it.each([901, -1, 0.5])('refuses a delay of %s seconds', async (delaySeconds) => {
      const world = await open();
      await expect(world.queue.send('inputs', [{ body: 1, delaySeconds }])).rejects.toBeInstanceOf(
        Error,
      );
    });

    it('refuses a body that is not JSON', async () => {
      const world = await open();
      await expect(world.queue.send('inputs', [{ body: undefined }])).rejects.toBeInstanceOf(Error);
    });
  });
};
