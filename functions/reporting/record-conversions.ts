import * as z from 'zod';
import { type BusEvent, envelopeSchema } from '../../events/envelope.ts';
import type { CampaignDefinition } from '../../shared/domain/campaigns/campaign.ts';
import { listenedName } from '../../shared/domain/campaigns/schedule.ts';
import { triggerOf } from '../../shared/domain/campaigns/trigger.ts';
import {
  attribute,
  maxTouches,
  type Outcome,
  outcomeChange,
  type Touch,
} from '../../shared/domain/reporting/attribution.ts';
import { dayMs } from '../../shared/domain/time/calendar.ts';
import { maxDays, parseDuration } from '../../shared/domain/time/duration.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { Table } from '../../shared/ports/table.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { getListening, type Listening } from '../../shared/stores/listeners.ts';
import { getMessages, updateMessage } from '../../shared/stores/messages.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { messageEntries } from '../../shared/stores/timeline.ts';

/** An event as EventBridge hands it over. */
const busMessageSchema = z.object({ detail: envelopeSchema });

/** Writes goal events, and those by which people make contact, on the messages before them. */
export const handler = queueFunction(busMessageSchema, (messages, ports) =>
  eachMessage(messages, ({ detail }) => recordConversions(detail, ports)),
);

async function recordConversions(event: BusEvent, ports: Ports): Promise<void> {
  const name = listenedName(event);
  if (name === undefined) return;
  const { campaigns } = await getListening(ports.table, 'goal', name);
  if (Object.keys(campaigns).length === 0) return;
  const outcomes = await outcomesOf(event, campaigns, ports);
  await inParallel(outcomes, 4, (outcome) => recordOutcome(outcome, ports));
}

/**
 * What the event means for the messages before it. It reads the person's messages backwards, apart
 * from all that the person did, as far as the longest window of a campaign that listens, and no more
 * than compete.
 */
async function outcomesOf(
  event: BusEvent,
  campaigns: Listening['campaigns'],
  { table, settings }: Ports,
): Promise<readonly Outcome[]> {
  const windows = Object.values(campaigns).map((within) => maxDays(parseDuration(within)));
  const from = Date.parse(event.occurredAt) - (Math.max(...windows) + 1) * dayMs;
  const range = { from: isoInstant(from), to: event.occurredAt, descending: true };
  const touches: Touch[] = [];
  for await (const entry of messageEntries(table, event.profileId, range)) {
    const isHeldOut = entry.type === 'message.held-out';
    if (entry.type !== 'message.sent' && !isHeldOut) continue;
    // The catalog's schema of `message.sent` holds for every entry of these types.
    const { message, run, campaign } = entry.data as Omit<Touch, 'at' | 'isHeldOut'>;
    if (!Object.hasOwn(campaigns, campaign)) continue;
    touches.push({ message, run, campaign, at: entry.occurredAt, isHeldOut });
    if (touches.length === maxTouches) break;
  }
  const definitions = await definitionsOf(touches, table);
  return attribute(triggerOf(event), touches, { definitions, timeZone: settings.timeZone });
}

async function definitionsOf(
  touches: readonly Touch[],
  table: Table,
): Promise<ReadonlyMap<string, CampaignDefinition>> {
  const definitions = new Map<string, CampaignDefinition>();
  const runs = [...new Set(touches.map(({ run }) => run))];
  await inParallel(runs, 8, async (id) => {
    const run = await getRun(table, id);
    if (run !== undefined) definitions.set(id, run.definition);
  });
  return definitions;
}

async function recordOutcome(outcome: Outcome, { table }: Ports): Promise<void> {
  const [row] = await getMessages(table, [outcome.touch.message]);
  if (row === undefined) return;
  await updateMessage(table, row, (found) => outcomeChange(found, outcome));
}
