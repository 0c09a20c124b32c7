import * as z from 'zod';
import { type BusEvent, envelopeSchema } from '../../events/envelope.ts';
import { isInAudience, matchesWhere } from '../../shared/domain/campaigns/condition.ts';
import { mainStep, type Run } from '../../shared/domain/campaigns/run.ts';
import {
  type EventSchedule,
  isEventSchedule,
  listenedName,
} from '../../shared/domain/campaigns/schedule.ts';
import {
  enrolmentSlot,
  isCool,
  plannedAfter,
  startingTrigger,
  startsDelay,
  type TriggerEvent,
} from '../../shared/domain/campaigns/trigger.ts';
import { messageId } from '../../shared/domain/messaging/message.ts';
import type { Profile } from '../../shared/domain/profiles/profile.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { mayGoOut } from '../../shared/flows/campaigns/epochs/own-epoch.ts';
import { startMessage } from '../../shared/flows/campaigns/start-message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import { Throttled } from '../../shared/ports/table.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { enrolmentPut, getEnrolment, getLastPlanned } from '../../shared/stores/enrolments.ts';
import { getListening } from '../../shared/stores/listeners.ts';
import { getMessages, writeOnce } from '../../shared/stores/messages.ts';
import { getProfile } from '../../shared/stores/profiles.ts';
import { getRun } from '../../shared/stores/runs.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';

/** An event as EventBridge hands it over. */
const busMessageSchema = z.object({ detail: envelopeSchema });

/** Starts the messages of campaigns that listen for an event, or the delay before them. */
export const handler = queueFunction(busMessageSchema, (messages, ports) =>
  eachMessage(messages, ({ detail }) => startCampaigns(detail, ports)),
);

async function startCampaigns(event: BusEvent, ports: Ports): Promise<void> {
  const name = listenedName(event);
  // What a machine opened or clicked starts nothing.
  if (name === undefined || event.data['automated'] === true) return;
  const { campaigns } = await getListening(ports.table, 'trigger', name);
  const runs = await Promise.all(Object.values(campaigns).map((run) => getRun(ports.table, run)));
  const wanted = runs.filter((run) => run !== undefined && isStartedBy(run, event, ports));
  if (wanted.length === 0 || !(await mayGoOut(ports))) return;
  const profile = await getProfile(ports.table, event.profileId);
  if (profile === undefined) return;
  const { serving } = await currentRuleset(ports.table, ports.settings.timeZone);
  // One after the other, and each even when another fails.
  await inParallel(wanted, 1, async (run) => {
    if (run === undefined || !isInAudience(run.definition.audience, profile, serving)) return;
    await start({ run, profile, trigger: startingTrigger(event) }, ports);
  });
}

/** What happened before the launch starts nothing: history may be imported at any time. */
function isStartedBy(run: Run, event: BusEvent, { settings }: Ports): boolean {
  const { schedule } = run.definition;
  if (run.state !== 'running' && run.state !== 'paused') return false;
  if (!isEventSchedule(schedule) || event.occurredAt < run.launchedAt) return false;
  return matchesWhere(schedule.where, event, settings.timeZone);
}

type Started = { readonly run: Run; readonly profile: Profile; readonly trigger: TriggerEvent };

async function start({ run, profile, trigger }: Started, ports: Ports): Promise<void> {
  const { schedule } = run.definition;
  if (!isEventSchedule(schedule)) return;
  if (schedule.repeat === 'once' && (await hadBefore(run, profile.id, ports))) return;
  const plannedAt = plannedAfter(schedule, trigger, ports.settings.timeZone);
  const starting = { run, schedule, profile, trigger, plannedAt };
  if (schedule.delay === undefined) return startMessage(starting, ports);
  return enrol(starting, ports);
}

/** Whether the person's one message stands in a run before a backup was restored. */
async function hadBefore(run: Run, profileId: string, { table }: Ports): Promise<boolean> {
  const { follows = [], definition } = run;
  if (follows.length === 0) return false;
  const key = { step: mainStep, profileId, way: definition.message.channel, trigger: 'once' };
  const rows = await getMessages(
    table,
    follows.map((before) => messageId({ ...key, run: before })),
  );
  return rows.length > 0;
}

const maxAttempts = 10;

async function enrol(
  starting: Started & { readonly schedule: EventSchedule; readonly plannedAt: number },
  { table, clock, settings }: Ports,
): Promise<void> {
  const { run, schedule, profile, trigger, plannedAt } = starting;
  const slot = enrolmentSlot(schedule.repeat, trigger.id);
  const key = { run: run.id, profileId: profile.id, slot };
  if (schedule.cooldown !== undefined) {
    const last = await getLastPlanned(table, run.campaign, profile.id);
    if (!isCool(schedule, plannedAt, { ...last, timeZone: settings.timeZone })) return;
  }
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const known = await getEnrolment(table, key);
    if (!startsDelay(schedule.repeat, trigger, known?.trigger)) return;
    const revision = (known?.revision ?? 0) + 1;
    const enrolment = { ...key, trigger, plannedAt: isoInstant(plannedAt), done: false, revision };
    const result = await writeOnce(table, enrolmentPut(enrolment, clock.now()));
    if (result.kind === 'written') return;
  }
  throw new Throttled(`An enrolment in run ${run.id} stays contended.`);
}
