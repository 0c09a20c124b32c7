import * as z from 'zod';
import type { Ports } from '../../../ports/ports.ts';
import type { QueueName } from '../../../ports/queue.ts';
import { NotSent, type SendAnswer } from '../../../ports/senders.ts';
import { nameOf } from '../../../runtime/error-name.ts';
import { logger } from '../../../runtime/observability.ts';
import { recordCall } from '../../../stores/calls.ts';

/** A message that a marketer sends to see it: whole, for no row of the ledger. */
const testBody = <Content extends z.ZodType>(content: Content) =>
  z.strictObject({
    test: z.strictObject({
      id: z.string(),
      /** From 1; one more each time that the provider takes nothing now. */
      attempt: z.int(),
      content,
    }),
  });

export const emailTestSchema = testBody(
  z.strictObject({
    id: z.string(),
    to: z.string(),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    headers: z.record(z.string(), z.string()),
    tags: z.record(z.string(), z.string()),
  }),
);

export const textTestSchema = testBody(
  z.strictObject({ id: z.string(), to: z.string(), text: z.string() }),
);

type Test<Content> = {
  readonly test: { readonly id: string; readonly attempt: number; readonly content: Content };
};

/** A provider that takes nothing for as long as this gets no test messages. */
const maxAttempts = 20;
const againSeconds = 15;

type Sending<Content> = {
  readonly queue: QueueName;
  readonly send: (content: Content) => Promise<SendAnswer>;
  readonly ports: Pick<Ports, 'table' | 'clock' | 'queue'>;
};

/**
 * Sends a test message, once at most: the record of its call stands before the call. Nothing is
 * counted, and what the provider tells of it later is about no message of ours.
 */
export async function sendTest<Content>(
  { test }: Test<Content>,
  { queue, send, ports }: Sending<Content>,
): Promise<void> {
  const { id, attempt, content } = test;
  const call = `test-${id}-${attempt}`;
  // A redelivery of what went out, or may have.
  if (!(await recordCall(ports.table, call, ports.clock.now()))) return;
  const again = async (): Promise<void> => {
    if (attempt >= maxAttempts) return logger.error('test-not-sent', { test: id });
    const body = { test: { id, attempt: attempt + 1, content } };
    await ports.queue.send(queue, [{ body, delaySeconds: againSeconds }]);
  };
  let answer: SendAnswer;
  try {
    answer = await send(content);
  } catch (error) {
    if (error instanceof NotSent) return again();
    logger.error('test-not-answered', { test: id, error: nameOf(error) });
    return;
  }
  if (answer.kind === 'throttled') return again();
  if (answer.kind === 'rejected') logger.warn('test-rejected', { test: id });
}
