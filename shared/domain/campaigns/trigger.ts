import type { BusEvent } from '../../../events/envelope.ts';
import type { Message } from '../messaging/message.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import type { EventSchedule } from './schedule.ts';

/** The event that starts a message, as its ledger row keeps it for templates and `unless`. */
export type TriggerEvent = NonNullable<Message['event']>;

/** What a row keeps of an event's properties, in bytes of JSON. */
const maxPropertiesBytes = 32 * 1024;

const jsonBytes = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(value) ?? '').length;

/** A bus event as a trigger: a tracked event by its own name and properties, others by type and data. */
export function triggerOf(event: BusEvent): TriggerEvent {
  const { id, occurredAt, type, data } = event;
  if (type !== 'event') return { id, name: type, occurredAt, properties: bounded(data) };
  const properties = data['properties'];
  return {
    id,
    name: String(data['name']),
    occurredAt,
    // The catalog's schema makes `properties` a record.
    properties: bounded((properties ?? {}) as TriggerEvent['properties']),
  };
}

/**
 * An event as the trigger of a message. What a device dates ahead of the instant at which it was told
 * happened then: else one wrong clock would hold back the person's messages until its time has come.
 */
export const startingTrigger = (event: BusEvent): TriggerEvent => {
  const { occurredAt, recordedAt } = event;
  const isAhead = Date.parse(occurredAt) > Date.parse(recordedAt);
  return { ...triggerOf(event), occurredAt: isAhead ? recordedAt : occurredAt };
};

/** All properties when they fit, else the smallest ones: templates mostly want names and totals. */
function bounded(properties: TriggerEvent['properties']): TriggerEvent['properties'] {
  if (jsonBytes(properties) <= maxPropertiesBytes) return properties;
  const sized = Object.entries(properties)
    .map(([name, value]) => ({ name, value, bytes: jsonBytes(name) + jsonBytes(value) + 2 }))
    .sort((left, right) => left.bytes - right.bytes);
  const kept: Record<string, unknown> = {};
  let bytes = 2;
  for (const property of sized) {
    bytes += property.bytes;
    if (bytes > maxPropertiesBytes) break;
    kept[property.name] = property.value;
  }
  return kept;
}

/** When a trigger's message is planned, ms: `delay` after it happened, on the company's calendar. */
export const plannedAfter = (
  schedule: Pick<EventSchedule, 'delay'>,
  trigger: Pick<TriggerEvent, 'occurredAt'>,
  timeZone: string,
): number => later(Date.parse(trigger.occurredAt), schedule.delay, timeZone);

/**
 * Whether a message planned at `plannedAt` is far enough from the last one this campaign planned for
 * the person. It depends on nothing else, so an event that comes twice is judged alike twice.
 */
export function isCool(
  schedule: Pick<EventSchedule, 'cooldown'>,
  plannedAt: number,
  last: { readonly plannedAt: string | undefined; readonly timeZone: string },
): boolean {
  if (schedule.cooldown === undefined || last.plannedAt === undefined) return true;
  return plannedAt >= later(Date.parse(last.plannedAt), schedule.cooldown, last.timeZone);
}

const later = (instant: number, duration: string | undefined, timeZone: string): number =>
  duration === undefined ? instant : addDuration(instant, parseDuration(duration), timeZone);

/** What one person's repeated triggers share: nothing, the first, or the latest. */
export function enrolmentSlot(repeat: EventSchedule['repeat'], entryId: string): string {
  switch (repeat) {
    case 'each':
      return entryId;
    case 'once':
    case 'restart':
      return repeat;
  }
}

/** The `trigger` of the message's key: `once` makes all triggers one message. */
export const messageTrigger = (repeat: EventSchedule['repeat'], entryId: string): string =>
  repeat === 'once' ? 'once' : entryId;

/** Whether a trigger begins the delay (again): a newer one of `restart`, or the first of its slot. */
export function startsDelay(
  repeat: EventSchedule['repeat'],
  trigger: TriggerEvent,
  known: TriggerEvent | undefined,
): boolean {
  if (known === undefined) return true;
  if (repeat !== 'restart') return false;
  if (trigger.occurredAt !== known.occurredAt) return trigger.occurredAt > known.occurredAt;
  return trigger.id > known.id;
}
