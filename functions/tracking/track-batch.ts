import type * as z from 'zod';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import type { Input } from '../../shared/domain/tracking/input.ts';
import type { Reading, ReadingContext } from '../../shared/domain/tracking/reading.ts';
import { batchCallSchema, callTypes, readCall } from '../../shared/domain/tracking/segment-call.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import { route } from '../../shared/runtime/http/route.ts';
import {
  type ProblemError,
  problemErrors,
  unprocessable,
  unprocessableField,
} from '../../shared/runtime/problem.ts';

/** A message on the queue holds up to this much of a batch. */
const messageBytes = 200 * 1024;

/** What the context of a batch may come to, counted for each of its items. */
const maxSharedBytes = 2 * 1024 * 1024;

/** Segment's `batch`: up to 500 calls. Good items are kept and bad ones named; 422 only when nothing is kept. */
export const trackBatch = route({
  method: 'POST',
  path: '/v1/batch',
  summary: 'Segment spec: a batch of up to 500 calls',
  auth: 'write-key',
  body: batchCallSchema,
  handle: async ({ body, source }, { queue, clock, ids, settings }) => {
    const context: ReadingContext = {
      source,
      receivedAt: isoInstant(clock.now()),
      defaultCountry: settings.defaultCountry,
      newId: () => ids.next(),
    };
    refuseMultiplied(body);
    const inputs: Input[] = [];
    const errors: ProblemError[] = [];
    for (const [position, item] of body.batch.entries()) {
      const reading = readItem(item, body, context);
      if (reading.ok) inputs.push(reading.input);
      else
        errors.push(
          ...problemErrors(
            reading.issues.map((issue) => ({ ...issue, path: ['batch', position, ...issue.path] })),
          ),
        );
    }
    if (inputs.length === 0)
      throw unprocessable(errors.map(({ path, message }) => ({ path: [path], message })));
    await queue.send(
      'inputs',
      packed(inputs).map((some) => ({ body: { inputs: some } })),
    );
    return ok({ success: true, ...(errors.length > 0 && { errors }) });
  },
});

/** The batch's context becomes part of each item: a small request would be a thousand times its size. */
function refuseMultiplied({ context, batch }: Batch): void {
  const bytes = Buffer.byteLength(JSON.stringify(context ?? {})) * batch.length;
  if (bytes <= maxSharedBytes) return;
  const limit = `${maxSharedBytes / 1024} KB`;
  throw unprocessableField(
    'context',
    `counts once for each of the ${batch.length} items, and may make up ${limit} in all: send fewer items at a time, or what differs with each`,
  );
}

type Batch = z.infer<typeof batchCallSchema>;

function readItem(item: unknown, batch: Batch, context: ReadingContext): Reading {
  if (typeof item !== 'object' || item === null) return wrong([], 'must be an object');
  const type = 'type' in item ? callTypes.find((known) => known === item.type) : undefined;
  if (type === undefined) return wrong(['type'], `must be one of ${callTypes.join(', ')}`);
  const call = { sentAt: batch.sentAt, ...item };
  return readCall(type, call, { ...context, shared: batch.context ?? undefined });
}

const wrong = (path: readonly PropertyKey[], message: string): Reading => ({
  ok: false,
  issues: [{ path, message }],
});

/** Cuts inputs into queue messages by size. */
function packed(inputs: readonly Input[]): Input[][] {
  const messages: Input[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const input of inputs) {
    const size = Buffer.byteLength(JSON.stringify(input));
    if (bytes + size > messageBytes) {
      messages.push([]);
      bytes = 0;
    }
    messages.at(-1)?.push(input);
    bytes += size;
  }
  return messages;
}
