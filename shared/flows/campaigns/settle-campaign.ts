import type { Campaign } from '../../domain/campaigns/campaign.ts';
import { goalEvents } from '../../domain/campaigns/goal.ts';
import { firingInstant, firingZone, planText, type Run } from '../../domain/campaigns/run.ts';
import { isEventSchedule, isOnceSchedule } from '../../domain/campaigns/schedule.ts';
import { scheduleName } from '../../domain/campaigns/schedule-name.ts';
import { isLive } from '../../domain/campaigns/transition.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { Throttled } from '../../ports/table.ts';
import { saveCampaign, stateCheck } from '../../stores/campaigns.ts';
import {
  busListener,
  changeListening,
  getListening,
  type ListenerKind,
} from '../../stores/listeners.ts';
import { allRuns, getRun, runPut } from '../../stores/runs.ts';
import { tellOfPause } from './tell-of-pause.ts';

type Reach = Pick<Ports, 'table' | 'queue' | 'schedules' | 'clock' | 'settings'>;

/**
 * Brings a campaign's schedule, listeners and runs in line with its state. The state is always written
 * first, with `settleAt` a minute ahead: whoever wrote it settles at once, and when that is cut off,
 * the minute tick settles again. Every step may be repeated.
 */
export async function settleCampaign(campaign: Campaign, ports: Reach): Promise<void> {
  if (!isSettledAgain(campaign)) tellOfPause(campaign);
  await settleSchedule(campaign, ports);
  await settleTrigger(campaign, ports);
  const keptGoals = await settleGoals(campaign, ports);
  await settleRuns(campaign, ports);
  const watch = [...watchAt(campaign, ports), ...againAt(campaign, ports)];
  const settleAt = [...keptGoals.map(({ until }) => until), ...watch].sort()[0];
  if (settleAt === campaign.settleAt && keptGoals.length === campaign.keptGoals.length) return;
  // When somebody has changed the campaign meanwhile, they settle it themselves.
  await saveCampaign(ports.table, {
    ...campaign,
    keptGoals,
    settleAt,
    revision: campaign.revision + 1,
  });
}

/** Longer than anybody who settles can run, in ms. */
const againMs = 15 * 60_000;

/**
 * A state is settled twice: somebody who was slow to settle the state before may have undone in between
 * what follows from this one, such as the schedule of a campaign that was cancelled and launched again.
 */
function againAt({ state, updatedAt }: Campaign, { clock }: Reach): readonly string[] {
  const again = secondLook(updatedAt);
  return state === 'draft' || Date.parse(again) <= clock.now() ? [] : [again];
}

const secondLook = (updatedAt: string): string => isoInstant(Date.parse(updatedAt) + againMs);

const isSettledAgain = ({ settleAt, updatedAt }: Campaign): boolean =>
  settleAt === secondLook(updatedAt);

/** How late a firing may be before it is taken for lost, and how often it is repeated then, in ms. */
const lostAfterMs = 10 * 60_000;
const repeatMs = 5 * 60_000;

/** A one-off campaign is looked at after its time: a firing that was lost is made up for. */
function watchAt(campaign: Campaign, { clock, settings }: Reach): readonly string[] {
  const { schedule } = campaign.definition;
  if (!isOnceSchedule(schedule) || !isLive(campaign.state) || hasFired(campaign)) return [];
  const planned = firingInstant(schedule.at, firingZone(schedule, settings.timeZone));
  return [isoInstant(Math.max(planned + lostAfterMs, clock.now() + repeatMs))];
}

const hasFired = ({ state, pausedFrom }: Campaign): boolean =>
  state === 'running' || pausedFrom === 'running';

/** How long the scheduler needs at least: what fires sooner is started directly. */
const schedulerLeadMs = 60_000;

async function settleSchedule(campaign: Campaign, ports: Reach): Promise<void> {
  const { schedule } = campaign.definition;
  if (isEventSchedule(schedule)) return;
  const name = scheduleName(campaign.id);
  if (!isLive(campaign.state)) return ports.schedules.deleteSchedule(name);
  const timeZone = firingZone(schedule, ports.settings.timeZone);
  const target = { name, queue: 'runs', payload: { campaign: campaign.id } } as const;
  if (!isOnceSchedule(schedule)) {
    const when = { cron: schedule.cron, timeZone };
    return ports.schedules.putSchedule({ ...target, when });
  }
  if (hasFired(campaign)) return;
  const planned = firingInstant(schedule.at, timeZone);
  if (planned <= ports.clock.now() + schedulerLeadMs) {
    const delaySeconds = Math.max(0, Math.ceil((planned - ports.clock.now()) / 1000));
    const body = { campaign: campaign.id, scheduledAt: planText(planned) };
    return ports.queue.send('runs', [{ body, delaySeconds }]);
  }
  const at = schedule.at.length === 16 ? `${schedule.at}:00` : schedule.at;
  return ports.schedules.putSchedule({ ...target, when: { at, timeZone } });
}

async function settleTrigger(campaign: Campaign, ports: Reach): Promise<void> {
  const { schedule } = campaign.definition;
  if (!isEventSchedule(schedule)) return;
  const word = isLive(campaign.state) ? campaign.run : undefined;
  await listen({ kind: 'trigger', name: schedule.on }, { id: campaign.id, word }, ports);
}

/** Answers the goals still to be listened for after the end. */
async function settleGoals(campaign: Campaign, ports: Reach): Promise<Campaign['keptGoals']> {
  const { goal } = campaign.definition;
  const now = isoInstant(ports.clock.now());
  const kept = campaign.keptGoals.filter(({ until }) => until > now);
  const wanted = new Set(kept.map(({ event }) => event));
  const { id } = campaign;
  if (goal !== undefined && isLive(campaign.state)) {
    for (const name of goalEvents(goal)) {
      wanted.add(name);
      await listen({ kind: 'goal', name }, { id, word: goal.within }, ports);
    }
  }
  const over = campaign.keptGoals.filter(({ event }) => !wanted.has(event));
  for (const { event } of over) {
    await listen({ kind: 'goal', name: event }, { id, word: undefined }, ports);
  }
  return kept;
}

/** Makes the shared rule on the bus follow who listens. */
async function listen(
  listener: { readonly kind: ListenerKind; readonly name: string },
  campaign: { readonly id: string; readonly word: string | undefined },
  { table, schedules }: Reach,
): Promise<void> {
  const { kind, name } = listener;
  const rule = busListener(kind, name);
  const listening = await changeListening(table, listener, campaign);
  if (Object.keys(listening).length > 0) return schedules.putListener(rule);
  await schedules.deleteListener(rule.name);
  // Somebody may have begun to listen between the change and the deletion.
  const after = await getListening(table, kind, name);
  if (Object.keys(after.campaigns).length > 0) await schedules.putListener(rule);
}

async function settleRuns(campaign: Campaign, ports: Reach): Promise<void> {
  if (campaign.state === 'draft' || campaign.state === 'scheduled') return;
  for await (const run of allRuns(ports.table, campaign.id)) await settleRun(run, campaign, ports);
}

const maxAttempts = 10;

/** Only while the campaign is still in this state: who settles late must not undo what came after. */
async function settleRun(found: Run, campaign: Campaign, ports: Reach): Promise<void> {
  const { table, queue, clock } = ports;
  let run: Run | undefined = found;
  for (let attempt = 1; attempt <= maxAttempts && run !== undefined; attempt += 1) {
    const change = runChange(run, campaign, clock.now());
    if (change === undefined) return;
    const after: Run = { ...run, ...change, revision: run.revision + 1 };
    const result = await table.transact([runPut(after), stateCheck(campaign)]);
    if (result.kind === 'written') {
      if (after.dueAt !== undefined) await queue.send('runs', [{ body: { run: run.id } }]);
      return;
    }
    // Whoever changed the campaign settles it.
    if (result.kind === 'refused' && result.failed.includes(1)) return;
    run = await getRun(table, found.id);
  }
  throw new Throttled(`Run ${found.id} changes too fast to be ${campaign.state}.`);
}

function runChange(run: Run, campaign: Campaign, now: number): Partial<Run> | undefined {
  if (run.state !== 'running' && run.state !== 'paused') return undefined;
  const walk = { round: 1, shard: 0, after: null } as const;
  const dueAt = isoInstant(now);
  switch (campaign.state) {
    case 'paused':
      return run.state === 'paused'
        ? undefined
        : { state: 'paused', walk: undefined, dueAt: undefined };
    case 'running':
      if (run.state === 'running') return undefined;
      return { state: 'running', walk: { ...walk, action: 'resume' }, checks: 0, dueAt };
    case 'cancelled':
      return { state: 'cancelled', walk: { ...walk, action: 'cancel' }, waves: [], dueAt };
    case 'draft':
    case 'scheduled':
    case 'completed':
      return undefined;
  }
}
