import { nameOf } from './error-name.ts';
import { logger } from './observability.ts';
import type { Received } from './queue-function.ts';

/**
 * Works on the messages of a batch one after the other, each for itself: one that fails is delivered
 * again, and none of its neighbours. Answers the ids to deliver again.
 */
export async function eachMessage<Body>(
  messages: readonly Received<Body>[],
  work: (body: Body) => Promise<void>,
): Promise<readonly string[]> {
  const again: string[] = [];
  for (const { id, body, receives } of messages) {
    try {
      await work(body);
    } catch (error) {
      logger.error('message-failed', { messageId: id, receives, error: nameOf(error) });
      again.push(id);
    }
  }
  return again;
}
