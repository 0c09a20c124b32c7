import * as z from 'zod';
import { envelopeSchema } from '../../events/envelope.ts';
import { canaryHeard } from '../../shared/runtime/observability.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';

/** An event as EventBridge hands it over. */
const busMessageSchema = z.object({ detail: envelopeSchema });

/**
 * The other end, where campaigns hear of leads: measures how long each of the canary's leads took. The
 * alarm asks for one in time; whoever is heard twice, or late, neither rings it nor keeps it quiet.
 */
export const handler = queueFunction(busMessageSchema, async (messages, { clock }) => {
  for (const { body } of messages) {
    canaryHeard(Math.max(0, clock.now() - Date.parse(body.detail.occurredAt)));
  }
  return [];
});
