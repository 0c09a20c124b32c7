import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { SqsQueue } from '../../shared/adapters/aws/queue.ts';
import type { QueueMessage } from '../../shared/ports/queue.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

/** What SQS is asked to store, without being asked. */
async function entriesOf(messages: readonly QueueMessage[]): Promise<readonly unknown[]> {
  const entries: unknown[] = [];
  const client = new SQSClient({ region: 'eu-west-1' });
  client.middlewareStack.add(
    () => async (args) => {
      // The only command that the adapter sends.
      entries.push(...(args.input as { readonly Entries: readonly unknown[] }).Entries);
      return { response: undefined, output: { Successful: [], Failed: [], $metadata: {} } };
    },
    { step: 'initialize', priority: 'low' },
  );
  const urls = { emails: 'https://sqs.eu-west-1.amazonaws.com/1/emails' };
  await new SqsQueue({ client, urls }).send('emails', messages);
  return entries;
}

describe('a campaign with a long queue', () => {
  it('keeps no other waiting: each run’s messages are a group of their own', async () => {
    const sent: (QueueMessage & { readonly queue: string })[] = [];
    await using world = await aWorld({
      around: (_, ports) => ({
        ...ports,
        queue: {
          send: (queue, messages) => {
            sent.push(...messages.map((message) => ({ queue, ...message })));
            return ports.queue.send(queue, messages);
          },
        },
      }),
    });
    const office = await anOffice(world);
    for (const name of ['anna', 'boris']) await office.lead(name);
    await office.segment('everyone', { attribute: 'email', exists: true });
    await office.template('hello');
    for (const id of ['spring', 'summer']) {
      await office.campaign(id, {
        audience: { include: ['everyone'] },
        schedule: { at: '2026-11-25T13:00', timeZone: 'UTC' },
        message: { channel: 'email', template: 'hello' },
      });
      await office.launch(id);
    }
    await world.advance('PT2H');
    expect(world.outbox()).toHaveLength(4);
    const runs = ['spring@2026-11-25T13:00:00Z', 'summer@2026-11-25T13:00:00Z'];
    for (const name of ['audiences', 'emails']) {
      const groups = sent.filter(({ queue }) => queue === name).map(({ group }) => group);
      expect(new Set(groups)).toEqual(new Set(runs));
    }
  });

  it('is known to SQS by its group, which orders nothing', async () => {
    const entries = await entriesOf([
      { body: 1, group: 'spring@2026-11-25T13:00:00Z' },
      { body: 2, delaySeconds: 5 },
    ]);
    const spring = { MessageGroupId: 'spring@2026-11-25T13:00:00Z' };
    expect(entries).toEqual([
      { Id: '0', MessageBody: '1', DelaySeconds: 0, ...spring },
      { Id: '1', MessageBody: '2', DelaySeconds: 5 },
    ]);
  });
});
