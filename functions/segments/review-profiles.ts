import { reviewPerson } from '../../shared/flows/segments/person-record.ts';
import { workThroughSlot } from '../../shared/flows/time/due-worker.ts';
import { slotMessageSchema } from '../../shared/flows/time/slot-message.ts';
import { eachMessage } from '../../shared/runtime/each-message.ts';
import { inParallel } from '../../shared/runtime/parallel.ts';
import { queueFunction } from '../../shared/runtime/queue-function.ts';
import { dueKinds } from '../../shared/stores/due-slots.ts';
import { getProfile, getProfiles } from '../../shared/stores/profiles.ts';
import { currentRuleset } from '../../shared/stores/segments.ts';

/** As many as the SDK keeps connections for. */
const parallelPeople = 50;
const maxAttempts = 5;

/** People whose time has come: they enter and leave segments at the instants the rules say. Nobody else is looked at. */
export const handler = queueFunction(slotMessageSchema, (messages, ports, context) =>
  eachMessage(messages, (body) => {
    const slot = { name: body.slot, kind: dueKinds.reviews };
    return workThroughSlot(slot, ports, context, async (keys) => {
      const ruleset = await currentRuleset(ports.table, ports.settings.timeZone);
      const people = await getProfiles(
        ports.table,
        keys.map(({ pk }) => pk),
      );
      // Read in any order, begun in that of the due instants.
      const inOrder = keys.flatMap(({ pk }) => people.get(pk) ?? []);
      await inParallel(inOrder, parallelPeople, async (found) => {
        let profile = found;
        for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
          if (profile.dueAt === undefined || profile.dueAt > ports.clock.now()) return;
          if ((await reviewPerson(profile, { ruleset, ports })) !== undefined) return;
          profile = (await getProfile(ports.table, profile.id)) ?? { ...profile, dueAt: undefined };
        }
        // Still contended: the person stays due, and the next minute looks again.
      });
    });
  }),
);
