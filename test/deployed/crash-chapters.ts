import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import type { DeployedWorld } from './deployed-world.ts';
import { type Here, once, people } from './office.ts';
import { failuresOf } from './troubles.ts';

/** Where a process dies: before the server hears of the call, or before it hears the server's answer. */
type Moment = 'before the call' | 'before the answer';

/** The process of a function dies at its next such call, and with it the connection. */
function killAt(
  world: DeployedWorld,
  file: string,
  { operation, moment }: { readonly operation: string; readonly moment: Moment },
): void {
  const lambda = world.lambda(file);
  world.wire.intercept = async (call, forward) => {
    if (call.principal !== lambda.spec.roleArn || call.operation !== operation) return forward();
    world.wire.intercept = undefined;
    if (moment === 'before the answer') await forward();
    lambda.kill();
    return undefined;
  };
}

const sender = 'functions/messaging/send-emails.ts';

/** What comes twice, breaks off in the middle, or cannot be read. */
export function inTheMiddle(here: Here): void {
  it('sends nothing twice when every queue delivers every message twice', async () => {
    const { world, office } = here();
    for (const queue of world.queues) queue.delivers = 'twice';
    await office.lead('emma');
    await office.track('dora', 'Order Completed', { total: 5 });
    await world.settle();
    await office.template('twice');
    await office.sendOnce('twice');
    for (const queue of world.queues) queue.delivers = 'once';
    expect(world.queue('EmailsQueue').doubles).toBeGreaterThan(1);
    expect(await office.received('welcome')).toEqual(once([...people, 'emma']));
    expect(await office.received('twice')).toEqual(once(['bert', 'dora']));
  });

  it('sends nothing again when a sender dies after SES took the email, and believes SES', async () => {
    const { world, office } = here();
    await office.template('basket');
    await office.launch('basket', { schedule: { on: 'Basket Left' } });
    killAt(world, sender, { operation: 'SendBulkEmail', moment: 'before the answer' });
    await office.track('dora', 'Basket Left');
    await world.settle();
    expect(failuresOf(world)).toEqual([`${sender}: its process ended`]);
    await world.queue('EmailsQueue').redeliver();
    await world.advance(11 * 60_000);
    expect(await office.standing('basket')).toEqual({ dora: 'unknown' });
    await world.tell(await office.email('dora', 'basket'), { type: 'send' });
    expect(await office.standing('basket')).toEqual({ dora: 'accepted' });
    expect(await office.received('basket')).toEqual(once(['dora']));
  });

  it('gives up after a day without a sign an email whose sender died at the call', async () => {
    const { world, office } = here();
    killAt(world, sender, { operation: 'SendBulkEmail', moment: 'before the call' });
    await office.track('bert', 'Basket Left');
    await world.settle();
    expect(failuresOf(world)).toEqual([`${sender}: its process ended`]);
    await world.queue('EmailsQueue').redeliver();
    await world.advance(11 * 60_000);
    expect(await office.standing('basket')).toMatchObject({ bert: 'unknown' });
    await world.advance(25 * 60 * 60_000);
    expect(await office.standing('basket')).toMatchObject({ bert: 'failed(no-answer)' });
    expect(await office.received('basket')).toEqual(once(['dora']));
  });

  it('takes a lead once whose writer dies before it hears that it is stored', async () => {
    const { world, office } = here();
    const file = 'functions/tracking/ingest-inputs.ts';
    killAt(world, file, { operation: 'TransactWriteItems', moment: 'before the answer' });
    await office.lead('fred');
    await world.settle();
    expect(failuresOf(world)).toEqual([`${file}: its process ended`]);
    await world.queue('InputsQueue').redeliver();
    await world.settle();
    const entries = await office.timeline('fred');
    expect(entries.filter((type) => type === 'lead.captured')).toHaveLength(1);
    expect(await office.received('welcome')).toMatchObject(once(['fred']));
  });

  it('sets aside what nobody can read, after as many tries as the template says', async () => {
    const { world } = here();
    const queue = world.queue('EnrolmentsQueue');
    const tries = 10;
    await world.clients.sqs.send(
      new SendMessageCommand({ QueueUrl: queue.url, MessageBody: '{"slot":7}' }),
    );
    for (let attempt = 0; attempt <= tries; attempt += 1) {
      await queue.poll();
      await queue.redeliver();
    }
    expect(failuresOf(world)).toHaveLength(tries);
    const { made } = await world.deployment.only('AWS::SQS::Queue', 'EnrolmentsDeadLetters');
    const { Messages = [] } = await world.clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: made.ref }),
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(['{"slot":7}']);
  });
}
