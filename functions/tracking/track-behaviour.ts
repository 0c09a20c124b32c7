import * as z from 'zod';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import {
  type CallType,
  callTypes,
  identifyCallSchema,
  readCall,
  trackCallSchema,
  viewCallSchema,
} from '../../shared/domain/tracking/segment-call.ts';
import { ok } from '../../shared/runtime/http/answer.ts';
import type { Route } from '../../shared/runtime/http/route.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { unprocessable } from '../../shared/runtime/problem.ts';

const schemas: Readonly<Record<CallType, z.ZodType>> = {
  identify: identifyCallSchema,
  track: trackCallSchema,
  page: viewCallSchema,
  screen: viewCallSchema,
};

/** The single calls of the Segment HTTP tracking spec that are understood, each accepted once it lies on the queue. */
export const trackBehaviour: readonly Route[] = callTypes.map((type) =>
  route({
    method: 'POST',
    path: `/v1/${type}`,
    summary: `Segment spec: ${type}`,
    auth: 'write-key',
    body: schemas[type],
    handle: async ({ body, source }, { queue, clock, ids, settings }) => {
      const reading = readCall(type, body, {
        source,
        receivedAt: isoInstant(clock.now()),
        defaultCountry: settings.defaultCountry,
        newId: () => ids.next(),
      });
      if (!reading.ok) throw unprocessable(reading.issues);
      await queue.send('inputs', [{ body: { inputs: [reading.input] } }]);
      return ok({ success: true });
    },
  }),
);
