import {
  type Adoption,
  type AdoptionPlace,
  adoptedCampaign,
  closedByRestore,
  isUnfinished,
} from '../../../domain/campaigns/epoch.ts';
import { type Run, runShards } from '../../../domain/campaigns/run.ts';
import { isoInstant } from '../../../domain/time/instant.ts';
import { Throttled } from '../../../ports/table.ts';
import { count, logger } from '../../../runtime/observability.ts';
import { inParallel } from '../../../runtime/parallel.ts';
import { getCampaign, listCampaigns, saveCampaign } from '../../../stores/campaigns.ts';
import { dueKinds, slotsOf } from '../../../stores/due-slots.ts';
import { enrolmentPut, parseEnrolment } from '../../../stores/enrolments.ts';
import { getEpoch, saveEpoch } from '../../../stores/epochs.ts';
import { queryMessages, updateMessage, writeOnce } from '../../../stores/messages.ts';
import { allRuns, getRun, saveRun } from '../../../stores/runs.ts';
import type { RunReach } from '../run-reach.ts';

/** What one step may take, and more. */
const reserveMs = 30_000;
const pageSize = 200;
const writesAtOnce = 25;
const maxAttempts = 10;

/**
 * Makes the data of a restored backup those of the life they are now in, step by step: every live
 * campaign is held, what was open is closed, and only then anything goes out again. Each step may be
 * cut off and repeated; the minute tick takes up what is left.
 */
export async function adoptEpoch(reach: RunReach): Promise<void> {
  const { table, clock, settings } = reach;
  let found = await getEpoch(table);
  while (found?.adoption?.epoch === settings.epoch && reach.timeLeftMs() > reserveMs) {
    const { epoch, at } = found.adoption;
    const place = await nextPlace(found.adoption, reach);
    const revision = found.revision + 1;
    found = await saveEpoch(
      table,
      place === 'done'
        ? { epoch, adoptedAt: isoInstant(clock.now()), adoption: undefined, revision }
        : { ...found, adoption: { epoch, at, place }, revision },
    );
    if (place !== 'done' || found === undefined) continue;
    logger.warn('backup-adopted', { epoch });
    // Once more: whoever was to tell of its beginning may have been cut off.
    count('BackupsRestored', 1);
  }
}

async function nextPlace(adoption: Adoption, reach: RunReach): Promise<AdoptionPlace | 'done'> {
  const { place } = adoption;
  switch (place.step) {
    case 'campaigns':
      return holdCampaigns(place.after, adoption, reach);
    case 'runs':
      return closeRuns(place, reach);
    case 'enrolments':
      return closeEnrolments(place.slot, reach);
  }
}

async function holdCampaigns(
  after: string | null,
  adoption: Adoption,
  reach: RunReach,
): Promise<AdoptionPlace> {
  const page = await listCampaigns(reach.table, { after, limit: 100 });
  await inParallel(page.rows, writesAtOnce, ({ id }) => holdCampaign(id, adoption, reach));
  return page.after === null
    ? { step: 'runs', after: null, shard: 0 }
    : { step: 'campaigns', after: page.after };
}

async function holdCampaign(
  id: string,
  adoption: Adoption,
  { table, clock, settings }: RunReach,
): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const campaign = await getCampaign(table, id);
    const at = { now: clock.now(), companyTimeZone: settings.timeZone };
    const held = campaign && adoptedCampaign(campaign, adoption, at);
    // Its schedule and listeners follow by the minute tick, as after every change.
    if (held === undefined || (await saveCampaign(table, held))) return;
  }
  throw new Throttled(`Campaign ${id} changes too fast to be held.`);
}

/** Closes a shard of the first run that is not over; one campaign after the other. */
async function closeRuns(
  { after, shard }: { readonly after: string | null; readonly shard: number },
  reach: RunReach,
): Promise<AdoptionPlace> {
  const page = await listCampaigns(reach.table, { after, limit: 1 });
  const [campaign] = page.rows;
  const run = campaign && (await firstUnfinished(campaign.id, reach));
  if (run !== undefined) {
    await closeRows(run, shard, reach);
    if (shard + 1 < runShards) return { step: 'runs', after, shard: shard + 1 };
    await closeRun(run, reach);
    return { step: 'runs', after, shard: 0 };
  }
  return page.after === null
    ? { step: 'enrolments', slot: 0 }
    : { step: 'runs', after: page.after, shard: 0 };
}

async function firstUnfinished(campaign: string, { table }: RunReach): Promise<Run | undefined> {
  for await (const run of allRuns(table, campaign)) if (isUnfinished(run)) return run;
  return undefined;
}

async function closeRows(run: Run, shard: number, { table, clock }: RunReach): Promise<void> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queryMessages>> = await queryMessages(table, run.id, {
      shard,
      after,
      limit: pageSize,
    });
    const open = page.rows.filter((row) => closedByRestore(row, clock.now()) !== undefined);
    await inParallel(open, writesAtOnce, async (row) => {
      await updateMessage(table, row, (found) => closedByRestore(found, clock.now()));
    });
    after = page.after;
  } while (after !== null);
}

async function closeRun(found: Run, { table }: RunReach): Promise<void> {
  const over = { state: 'cancelled', waves: [], walk: undefined, dueAt: undefined } as const;
  let run: Run | undefined = found;
  for (let attempt = 1; attempt <= maxAttempts && run !== undefined; attempt += 1) {
    if ((await saveRun(table, run, over)) !== undefined) return;
    run = await getRun(table, found.id);
  }
  throw new Throttled(`Run ${found.id} changes too fast to be closed.`);
}

/** Nobody's delay goes on: what would have ended it may have been sent before. */
async function closeEnrolments(slot: number, reach: RunReach): Promise<AdoptionPlace | 'done'> {
  const { table, clock } = reach;
  const slots = slotsOf(dueKinds.enrolments);
  const name = slots[slot];
  if (name === undefined) return 'done';
  let after: string | null = null;
  do {
    const query = { slot: name, until: endOfTime, limit: pageSize, after };
    const page: Awaited<ReturnType<typeof table.due>> = await table.due('marketing', query);
    const keys = page.items.map(({ pk, sk }) => (sk === undefined ? { pk } : { pk, sk }));
    const items = keys.length === 0 ? [] : await table.batchGet('marketing', keys);
    const waiting = items.map(parseEnrolment).filter(({ done }) => !done);
    await inParallel(waiting, writesAtOnce, async (enrolment) => {
      const closed = { ...enrolment, done: true, revision: enrolment.revision + 1 };
      await writeOnce(table, enrolmentPut(closed, clock.now()));
    });
    after = page.after;
  } while (after !== null);
  return slot + 1 < slots.length ? { step: 'enrolments', slot: slot + 1 } : 'done';
}

/** Behind every delay. */
const endOfTime = '9999-12-31T23:59:59.999Z';
