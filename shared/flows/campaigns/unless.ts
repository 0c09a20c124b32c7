import { holds, pastNeeded } from '../../domain/campaigns/condition.ts';
import { isEventSchedule, type Schedule } from '../../domain/campaigns/schedule.ts';
import type { TriggerEvent } from '../../domain/campaigns/trigger.ts';
import type { Profile } from '../../domain/profiles/profile.ts';
import type { PastEvent } from '../../domain/segments/history.ts';
import { isoInstant } from '../../domain/time/instant.ts';
import type { Ports } from '../../ports/ports.ts';
import { currentRuleset } from '../../stores/segments.ts';
import { personEntries } from '../../stores/timeline.ts';

/**
 * Whether a person still wants the message a trigger started: false when the campaign's `unless` holds
 * by now. Asked when the delay ends and again right before the call.
 */
export async function stillWanted(
  about: {
    readonly message: { readonly event: TriggerEvent | undefined };
    readonly definition: { readonly schedule: Schedule };
    readonly profile: Profile;
    /** In ms. */
    readonly now: number;
  },
  ports: Pick<Ports, 'table' | 'settings'>,
): Promise<boolean> {
  const { profile, now } = about;
  const { schedule } = about.definition;
  const trigger = about.message.event;
  if (!isEventSchedule(schedule) || schedule.unless === undefined || trigger === undefined) {
    return true;
  }
  const companyTimeZone = ports.settings.timeZone;
  const { serving, definitions, named } = await currentRuleset(ports.table, companyTimeZone);
  const at = { trigger, now, definitions };
  const from = pastNeeded(schedule.unless, at);
  const past = from === undefined ? [] : await eventsSince(profile.id, from, ports);
  return !holds(schedule.unless, { ...at, profile, past, serving, lists: named.lists });
}

async function eventsSince(
  profileId: string,
  from: number,
  { table }: Pick<Ports, 'table'>,
): Promise<readonly PastEvent[]> {
  const events: PastEvent[] = [];
  const range = Number.isFinite(from) ? { from: isoInstant(from) } : {};
  for await (const entry of personEntries(table, profileId, range)) {
    if (entry.type !== 'event') continue;
    // The catalog's schema of `event` holds for every entry of this type.
    const { name, properties } = entry.data as Pick<PastEvent, 'name' | 'properties'>;
    events.push({ name, properties, occurredAt: Date.parse(entry.occurredAt) });
  }
  return events;
}
