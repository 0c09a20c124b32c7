import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { account, region } from './lambda-context.ts';

/** A text that somebody sends to the company's number, as `POST /local/texts` takes it. */
export const inboundSchema = z.strictObject({
  /** The phone it comes from, E.164. */
  from: z.string().min(1),
  text: z.string(),
  /** The provider's id of it; told twice it is the same text. */
  id: z.string().min(1).optional(),
});

/** As AWS End User Messaging SMS publishes it, and as SNS hands it to the queue. */
export function inboundText(
  { from, text, id }: { readonly from: string; readonly text: string; readonly id: string },
  now: number,
) {
  const payload = {
    originationNumber: from,
    destinationNumber: '+37167000000',
    messageKeyword: 'KEYWORD_LOCAL',
    messageBody: text,
    inboundMessageId: id,
    previousPublishedMessageId: '',
  };
  return {
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: `arn:aws:sns:${region}:${account}:inbound-texts`,
    Message: JSON.stringify(payload),
    Timestamp: new Date(now).toISOString(),
  };
}
