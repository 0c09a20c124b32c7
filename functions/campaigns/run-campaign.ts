import * as z from 'zod';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { advanceRun } from '../../shared/flows/campaigns/advance-run.ts';
import { adoptEpoch } from '../../shared/flows/campaigns/epochs/adopt-epoch.ts';
import { epochOf, mayGoOut } from '../../shared/flows/campaigns/epochs/own-epoch.ts';
import { fireCampaign } from '../../shared/flows/campaigns/fire-campaign.ts';
import type { RunReach } from '../../shared/flows/campaigns/run-reach.ts';
import { settleCampaign } from '../../shared/flows/campaigns/settle-campaign.ts';
import { workThroughSlot } from '../../shared/flows/time/due-worker.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import type { Item, Key } from '../../shared/ports/table.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { getCampaign, parseCampaign } from '../../shared/stores/campaigns.ts';
import { dueKinds } from '../../shared/stores/due-slots.ts';
import { getRun, isRunKey, parseRun } from '../../shared/stores/runs.ts';

/** A firing of a schedule; a run, or a campaign, that something has just changed about; the minute tick. */
const bodySchema = z.union([
  z.strictObject({ campaign: z.string(), scheduledAt: z.iso.datetime({ offset: true }) }),
  z.strictObject({ run: z.string() }),
  z.strictObject({ settles: z.string() }),
  slotMessageSchema,
]);

/** Starts runs, their waves and walks, and completes them. */
export const handler = queueFunction(bodySchema, (messages, ports, context) => {
  const reach: RunReach = {
    ...ports,
    timeLeftMs: () => context.getRemainingTimeInMillis(),
  };
  return eachMessage(messages, async (body) => {
    if (!('slot' in body) && !(await mayGoOut(ports))) return undefined;
    if ('campaign' in body) return fireCampaign(body, reach);
    if ('run' in body) {
      const run = await getRun(ports.table, body.run);
      return run === undefined ? undefined : advanceRun(run, reach);
    }
    if ('settles' in body) {
      const campaign = await getCampaign(ports.table, body.settles);
      return campaign?.settleAt === undefined ? undefined : settleCampaign(campaign, reach);
    }
    const slot = { name: body.slot, kind: dueKinds.runs };
    return workThroughSlot(slot, ports, context, (keys) => workOn(keys, reach));
  });
});

async function workOn(keys: readonly Key[], reach: RunReach): Promise<void> {
  const epoch = await epochOf(reach);
  if (epoch === 'adopting') return adoptEpoch(reach);
  if (epoch === 'stale') return;
  const now = isoInstant(reach.clock.now());
  // The index may lag: only what is still due by the item itself is worked on.
  const due = (await reach.table.batchGet('marketing', keys)).filter((item) => isDue(item, now));
  // One after the other, and each even when another fails.
  await inParallel(due, 1, (item) => work(item, reach));
}

const isDue = (item: Item, now: string): boolean =>
  typeof item['dueAt'] === 'string' && item['dueAt'] <= now;

const work = async (item: Item, reach: RunReach): Promise<void> =>
  isRunKey(item) ? advanceRun(parseRun(item), reach) : settleCampaign(parseCampaign(item), reach);
