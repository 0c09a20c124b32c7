import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { z } from 'zod';
import type { Ports } from '../ports/ports.ts';
import { issuesOf } from './issues.ts';
import { type LambdaFunction, lambdaFunction } from './lambda-function.ts';
import { logger } from './observability.ts';

/** A message of the batch with its parsed body; `receives` counts from 1. */
export type Received<Body> = {
  readonly id: string;
  readonly body: Body;
  readonly receives: number;
};

/**
 * A use case fed by a queue. It answers the ids of the messages to deliver again. A body that does
 * not parse is delivered again too, and so ends in the dead letters, alone.
 */
export function queueFunction<Body>(
  body: z.ZodType<Body>,
  handle: (
    messages: readonly Received<Body>[],
    ports: Ports,
    context: Context,
  ) => Promise<readonly string[]>,
): LambdaFunction<SQSEvent, SQSBatchResponse> {
  return lambdaFunction(async (event, ports, context) => {
    const messages: Received<Body>[] = [];
    const unreadable: string[] = [];
    for (const record of event.Records) {
      const parsed = body.safeParse(parseJson(record.body));
      if (parsed.success) {
        const receives = Number(record.attributes.ApproximateReceiveCount);
        messages.push({ id: record.messageId, body: parsed.data, receives });
      } else {
        unreadable.push(record.messageId);
        const issues = issuesOf(parsed.error);
        logger.error('message-unreadable', { messageId: record.messageId, issues });
      }
    }
    const failed = messages.length === 0 ? [] : await handle(messages, ports, context);
    return {
      batchItemFailures: [...unreadable, ...failed].map((itemIdentifier) => ({ itemIdentifier })),
    };
  });
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
