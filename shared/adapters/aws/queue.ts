import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queue, QueueMessage, QueueName } from '../../ports/queue.ts';
import { chunksWithin } from './chunks.ts';
import { acceptAll } from './refused-entries.ts';

/** SQS takes ten messages a call, and as many bytes a call as one message may have. */
const callLimit = { count: 10, bytes: 1_048_576 };

const maxDelaySeconds = 900;

export type QueueUrls = Readonly<Partial<Record<QueueName, string>>>;

/** The queues on SQS. Only queues with an address can be sent to: the grants of the manifest. */
export class SqsQueue implements Queue {
  readonly #client: SQSClient;
  readonly #urls: QueueUrls;

  constructor(options: { readonly client: SQSClient; readonly urls: QueueUrls }) {
    this.#client = options.client;
    this.#urls = options.urls;
  }

  async send(queue: QueueName, messages: readonly QueueMessage[]): Promise<void> {
    const url = this.#urls[queue];
    if (url === undefined) throw new Error(`Sending to the queue '${queue}' is not granted here.`);
    const entries = messages.map(entryOf);
    for (const chunk of chunksWithin(entries, callLimit)) {
      await acceptAll(chunk, async (pending) => {
        const answer = await this.#client.send(
          new SendMessageBatchCommand({
            QueueUrl: url,
            Entries: pending.map(({ entry }) => entry),
          }),
        );
        return (answer.Failed ?? []).flatMap((failed) =>
          pending
            .filter(({ entry }) => entry.Id === failed.Id)
            .map((entry) => ({ entry, reason: failed.Code ?? 'unknown' })),
        );
      });
    }
  }
}

/** Throws for what SQS would refuse every time, before any message of the call is stored. */
function entryOf(message: QueueMessage, position: number) {
  const body = bodyOf(message);
  const bytes = Buffer.byteLength(body);
  if (bytes > callLimit.bytes) throw new RangeError(`A message of ${bytes} bytes is too long.`);
  const delay = message.delaySeconds ?? 0;
  if (!Number.isInteger(delay) || delay < 0 || delay > maxDelaySeconds) {
    throw new RangeError(`A message cannot be delayed by ${delay} seconds.`);
  }
  // In a standard queue this orders nothing: it makes the queue a fair one.
  const group = message.group !== undefined && { MessageGroupId: message.group };
  const entry = { Id: String(position), MessageBody: body, DelaySeconds: delay, ...group };
  return { bytes, entry };
}

/** SQS takes the characters of XML 1.0: JSON leaves two others unescaped. */
function bodyOf(message: QueueMessage): string {
  // JSON has no text for `undefined`, functions and symbols, though the declared result is a string.
  const json = JSON.stringify(message.body) as string | undefined;
  if (json === undefined) throw new TypeError('A message body must be JSON.');
  return json.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff');
}
