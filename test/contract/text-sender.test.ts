import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SnsTextSender } from '../../shared/adapters/aws/text.ts';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { Outbox, outboxTextSender } from '../../shared/adapters/embedded/senders.ts';
import { NotSent } from '../../shared/ports/senders.ts';
import { connection, endpoint } from './aws-world.ts';
import { inputsOf, takenInputsOf } from './stand-in.ts';
import { aText, textSuite } from './text-suite.ts';

textSuite('embedded', () => {
  const clock = new VirtualClock(Date.UTC(2027, 2, 8));
  const outbox = new Outbox({ database: openDatabase(':memory:'), clock });
  return {
    sender: outboxTextSender(outbox),
    taken: () => outbox.list().map(({ to, text }) => ({ to, text })),
  };
});

const publishSchema = z.object({ PhoneNumber: z.string(), Message: z.string() });

describe.runIf(endpoint !== undefined)('on AWS', () => {
  textSuite(
    'SNS',
    () => {
      const client = new SNSClient({ ...connection, maxAttempts: 1 });
      const inputs = takenInputsOf(client);
      return {
        sender: new SnsTextSender({ client, smsType: 'Promotional' }),
        taken: () =>
          inputs.map((input) => {
            const { PhoneNumber, Message } = publishSchema.parse(input);
            return { to: PhoneNumber, text: Message };
          }),
      };
    },
    { standInTakes: ['0 characters'] },
  );

  it.each(['Promotional', 'Transactional'] as const)('a text message is %s', async (smsType) => {
    const client = new SNSClient({ ...connection, maxAttempts: 1 });
    const inputs = inputsOf(client);
    await new SnsTextSender({ client, smsType }).send(aText());
    const attribute = { DataType: 'String', StringValue: smsType };
    expect(inputs).toMatchObject([{ MessageAttributes: { 'AWS.SNS.SMS.SMSType': attribute } }]);
  });
});

describe('a text message', () => {
  it('is free to be sent again when nobody was there', async () => {
    const nowhere = { ...connection, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 };
    const client = new SNSClient(nowhere);
    const sending = new SnsTextSender({ client, smsType: 'Promotional' }).send(aText());
    await expect(sending).rejects.toThrow(NotSent);
  });
});
