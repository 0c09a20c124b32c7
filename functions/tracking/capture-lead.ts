import { isoInstant } from '../../shared/domain/time/instant.ts';
import { leadSchema, readLead } from '../../shared/domain/tracking/lead.ts';
import { route } from '../../shared/runtime/http/route.ts';
import { unprocessable } from '../../shared/runtime/problem.ts';

/** A website posts a lead. It is accepted once it lies on the durable queue. */
export const captureLead = route({
  method: 'POST',
  path: '/v1/leads',
  summary: 'Post one lead',
  auth: 'write-key',
  body: leadSchema,
  status: 202,
  handle: async ({ body, source }, { queue, clock, ids, settings }) => {
    const reading = readLead(body, {
      source,
      receivedAt: isoInstant(clock.now()),
      defaultCountry: settings.defaultCountry,
      newId: () => ids.next(),
    });
    if (!reading.ok) throw unprocessable(reading.issues);
    await queue.send('inputs', [{ body: { inputs: [reading.input] } }]);
    return { status: 202, json: { receipt: reading.input.messageId } };
  },
});
