import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** As long as SQS delays a message. */
const maxDelaySeconds = 900;
const attribute = 'put-off-until';

const delayedSchema = z.looseObject({
  DelaySeconds: z.int().min(0).max(maxDelaySeconds).optional(),
});
const batchSchema = z.looseObject({ Entries: z.array(delayedSchema) });

/**
 * moto's clock cannot be moved, and the story's is. So a delay becomes an attribute that says until when
 * the message is put off, and who polls the queue keeps the message until then.
 */
export function putOffByAttribute(body: string, now: number): string {
  const input: unknown = JSON.parse(body);
  const batch = batchSchema.safeParse(input);
  if (batch.success) {
    const Entries = batch.data.Entries.map((entry) => putOff(entry, now));
    return JSON.stringify({ ...batch.data, Entries });
  }
  const single = delayedSchema.parse(input);
  return single.DelaySeconds === undefined ? body : JSON.stringify(putOff(single, now));
}

function putOff({ DelaySeconds = 0, ...entry }: z.infer<typeof delayedSchema>, now: number) {
  if (DelaySeconds === 0) return entry;
  const until = { DataType: 'Number', StringValue: String(now + DelaySeconds * 1000) };
  return { ...entry, MessageAttributes: { [attribute]: until } };
}

/** When a message may be handed over, in milliseconds since 1970. */
export const dueAt = ({ MessageAttributes }: Message): number =>
  Number(MessageAttributes?.[attribute]?.StringValue ?? 0);
