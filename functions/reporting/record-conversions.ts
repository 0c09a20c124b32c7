import * as z from 'zod';
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
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { getListening, type Listening } from '../../shared/stores/listeners.ts';
import { getMessages, moveMessage } from '../../shared/stores/messages.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { messageEntries } from '../../shared/stores/timeline.ts';

/** An event as EventBridge hands it over. */
const busMessageSchema = z.object({ detail: envelopeSchema });

/** Counts goal events on the last message of each campaign before them. */
export const handler = queueFunction(busMessageSchema, (messages, ports) =>
  eachMessage(messages, ({ detail }) => recordConversions(detail, ports)),
);

async function recordConversions(event: BusEvent, ports: Ports): Promise<void> {
  const name = listenedName(event);
  if (name === undefined) return;
  const { campaigns } = await getListening(ports.table, 'goal', name);
  if (Object.keys(campaigns).length === 0) return;
  const credited = await creditedBy(event, campaigns, ports);
  await inParallel(credited, 1, ({ touch, conversion }) =>
    addConversion(touch.message, conversion, ports),
  );
}

/**
 * What the event is a conversion of. It reads the person's messages backwards, apart from all that
 * the person did, and no further than to the last one of each campaign with such a goal.
 */
async function creditedBy(
  event: BusEvent,
  campaigns: Listening['campaigns'],
  { table, settings }: Ports,
): Promise<ReturnType<typeof attribute>> {
  const trigger = triggerOf(event);
  const windows = Object.values(campaigns).map((within) => maxDays(parseDuration(within)));
  const from = Date.parse(event.occurredAt) - (Math.max(...windows) + 1) * dayMs;
  const range = { from: isoInstant(from), to: event.occurredAt, descending: true };
  const definitions = new Map<string, CampaignDefinition>();
  const touches: Touch[] = [];
  let credited: ReturnType<typeof attribute> = [];
  for await (const entry of messageEntries(table, event.profileId, range)) {
    const isHeldOut = entry.type === 'message.held-out';
    if (entry.type !== 'message.sent' && !isHeldOut) continue;
    // The catalog's schema of `message.sent` holds for every entry of these types.
    const { message, run, campaign } = entry.data as Omit<Touch, 'at' | 'isHeldOut'>;
    const isMet = credited.some(({ touch }) => touch.campaign === campaign);
    if (isMet || !Object.hasOwn(campaigns, campaign)) continue;
    const definition = definitions.get(run) ?? (await getRun(table, run))?.definition;
    if (definition !== undefined) definitions.set(run, definition);
    touches.push({ message, run, campaign, at: entry.occurredAt, isHeldOut });
    credited = attribute(trigger, touches, { definitions, timeZone: settings.timeZone });
    if (credited.length === Object.keys(campaigns).length) break;
  }
  return credited;
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
