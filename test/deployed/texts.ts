import { PublishCommand } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { textStatusEvent } from '../../infra/local/text-status.ts';
import type { DeployedWorld } from './deployed-world.ts';

export type SentText = { readonly providerId: string; readonly to: string; readonly text: string };

const publishSchema = z.object({ PhoneNumber: z.string(), Message: z.string() });

/** The texts that SNS took. moto has no API that tells of them, so they are read off the wire. */
export function textsSent({ wire }: DeployedWorld): readonly SentText[] {
  return wire.exchanges
    .filter(({ service, operation }) => service === 'sns' && operation === 'Publish')
    .map(({ input, answer }) => {
      const { PhoneNumber, Message } = publishSchema.parse(input);
      const [, providerId = ''] = /<MessageId>([^<]+)</.exec(answer.body) ?? [];
      return { providerId, to: PhoneNumber, text: Message };
    });
}

/** SNS writes what carriers say to CloudWatch Logs, which hands it to the function: both are played here. */
export async function carrierAnswers(
  world: DeployedWorld,
  texts: readonly SentText[],
): Promise<void> {
  const now = world.now();
  for (const text of texts) {
    await world
      .lambda('functions/deliverability/record-text-statuses.ts')
      .invoke(textStatusEvent({ ...text, sentAt: now }, 'SUCCESS', now));
  }
  await world.settle();
}

/** A person texts the company's number: End User Messaging publishes it on the topic of the template. */
export async function textFromPhone(
  world: DeployedWorld,
  { from, text }: { readonly from: string; readonly text: string },
): Promise<void> {
  const { made } = await world.deployment.only('AWS::SNS::Topic', 'TextsInbound');
  const message = {
    originationNumber: from,
    destinationNumber: '+37128000000',
    messageKeyword: 'KEYWORD_1',
    messageBody: text,
    inboundMessageId: crypto.randomUUID(),
  };
  await world.clients.sns.send(
    new PublishCommand({ TopicArn: made.ref, Message: JSON.stringify(message) }),
  );
  await world.settle();
}
