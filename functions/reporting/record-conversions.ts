import { z } from 'zod';
import { type BusEvent, envelopeSchema } from '../../events/envelope.ts';
import type { CampaignDefinition } from '../../shared/domain/campaigns/campaign.ts';
import { listenedName } from '../../shared/domain/campaigns/schedule.ts';
import { triggerOf } from '../../shared/domain/campaigns/trigger.ts';
import {
  attribute,
  type Conversion,
  type Touch,
  withConversion,
} from '../../shared/domain/reporting/attribution.ts';
import { dayMs } from '../../shared/domain/time/calendar.ts';
import { maxDays, parseDuration } from '../../shared/domain/time/duration.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { Throttled } from '../../shared/ports/table.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { getListening } from '../../shared/stores/listeners.ts';
import { getMessages, moveMessage } from '../../shared/stores/messages.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { timelineEntries } from '../../shared/stores/timeline.ts';

/** An event as EventBridge hands it over. */
const busMessageSchema = z.object({ detail: envelopeSchema });

/** Counts goal events on the last message of each campaign before them. */
export const handler = queueFunction(busMessageSchema, async (messages, ports) => {
  const again: string[] = [];
  for (const { id, body } of messages) {
    try {
      await recordConversions(body.detail, ports);
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      again.push(id);
    }
  }
  return again;
});

async function recordConversions(event: BusEvent, ports: Ports): Promise<void> {
  const name = listenedName(event);
  if (name === undefined) return;
  const { campaigns } = await getListening(ports.table, 'goal', name);
  const windows = Object.values(campaigns).map((within) => maxDays(parseDuration(within)));
  if (windows.length === 0) return;
  const from = Date.parse(event.occurredAt) - (Math.max(...windows) + 1) * dayMs;
  const touches = await touchesBetween(event, isoInstant(from), { campaigns, ports });
  const definitions = new Map<string, CampaignDefinition>();
  for (const run of new Set(touches.map((touch) => touch.run))) {
    const found = await getRun(ports.table, run);
    if (found !== undefined) definitions.set(run, found.definition);
  }
  const known = { definitions, timeZone: ports.settings.timeZone };
  for (const { touch, conversion } of attribute(triggerOf(event), touches, known)) {
    await addConversion(touch.message, conversion, ports);
  }
}

/** The messages that went out to the person before the event, of campaigns with such a goal. */
async function touchesBetween(
  event: BusEvent,
  from: string,
  of: { readonly campaigns: Readonly<Record<string, string>>; readonly ports: Ports },
): Promise<readonly Touch[]> {
  const touches: Touch[] = [];
  const range = { from, to: event.occurredAt, descending: true };
  for await (const entry of timelineEntries(of.ports.table, event.profileId, range)) {
    if (entry.type !== 'message.sent') continue;
    // The catalog's schema of `message.sent` holds for every entry of this type.
    const { message, run, campaign } = entry.data as Omit<Touch, 'at'>;
    if (Object.hasOwn(of.campaigns, campaign)) {
      touches.push({ message, run, campaign, at: entry.occurredAt });
    }
  }
  return touches;
}

const maxAttempts = 10;

async function addConversion(
  message: string,
  conversion: Conversion,
  { table }: Ports,
): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const [row] = await getMessages(table, [message]);
    if (row === undefined) return;
    const conversions = withConversion(row.conversions, conversion);
    if (conversions === undefined) return;
    if ((await moveMessage(table, row, { conversions })) !== undefined) return;
  }
  throw new Throttled('A row stays contended.');
}
