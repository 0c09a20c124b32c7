import { isEventSchedule } from '../../shared/domain/campaigns/schedule.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import { mayGoOut } from '../../shared/flows/campaigns/epochs/own-epoch.ts';
import { startMessage } from '../../shared/flows/campaigns/start-message.ts';
import { workThroughSlot } from '../../shared/flows/time/due-worker.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { Key } from '../../shared/ports/table.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { dueKinds } from '../../shared/stores/due-slots.ts';
import { type Enrolment, enrolmentPut, parseEnrolment } from '../../shared/stores/enrolments.ts';
import { writeOnce } from '../../shared/stores/messages.ts';
import { getProfiles } from '../../shared/stores/profiles.ts';
import { getRun } from '../../shared/stores/runs.ts';

const parallelPeople = 10;

/** People whose delay has ended get their message, unless by now they should not. */
export const handler = queueFunction(slotMessageSchema, (messages, ports, context) =>
  eachMessage(messages, (body) => {
    const slot = { name: body.slot, kind: dueKinds.enrolments };
    return workThroughSlot(slot, ports, context, (keys) => endDelays(keys, ports));
  }),
);

async function endDelays(keys: readonly Key[], ports: Ports): Promise<void> {
  if (!(await mayGoOut(ports))) return;
  const now = isoInstant(ports.clock.now());
  const items = await ports.table.batchGet('marketing', keys);
  // The index may lag: only the item says whether the delay has ended.
  const due = items.map(parseEnrolment).filter(({ done, plannedAt }) => !done && plannedAt <= now);
  const runIds = [...new Set(due.map(({ run }) => run))];
  const found = await Promise.all(runIds.map((id) => getRun(ports.table, id)));
  const runs = new Map(found.flatMap((run) => (run === undefined ? [] : [[run.id, run] as const])));
  const profiles = await getProfiles(ports.table, [...new Set(due.map((one) => one.profileId))]);
  await inParallel(due, parallelPeople, async (enrolment) => {
    const run = runs.get(enrolment.run);
    const profile = profiles.get(enrolment.profileId);
    const schedule = run?.definition.schedule;
    if (run === undefined || schedule === undefined || profile === undefined) {
      return close(enrolment, ports);
    }
    if (!isEventSchedule(schedule)) throw new Error(`Run ${run.id} has enrolments and no event.`);
    const plannedAt = Date.parse(enrolment.plannedAt);
    const { trigger } = enrolment;
    await startMessage({ run, schedule, profile, trigger, plannedAt, enrolment }, ports);
  });
}

/** The person or the run is gone: there is nobody to write a row about. */
async function close(enrolment: Enrolment, { table, clock }: Ports): Promise<void> {
  const closed = { ...enrolment, done: true, revision: enrolment.revision + 1 };
  await writeOnce(table, enrolmentPut(closed, clock.now()));
}
