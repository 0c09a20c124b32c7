import { type BusEvent, eventSource } from '../../../events/envelope.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Queue, QueueMessage, QueueName } from '../../ports/queue.ts';
import type { EventPattern, Listener } from '../../ports/schedules.ts';
import {
  type CompiledPattern,
  compilePattern,
  flattenEvent,
  matchesFlat,
} from './event-pattern.ts';
import type { Hostility } from './hostility.ts';

/** PutEvents' limit for an entry: time, source, detail type and detail in UTF-8. */
const maxEntryBytes = 1_048_576;
/** What EventBridge counts for the time of an entry. */
const timeBytes = 14;
const duplicateChance = 0.1;

/** `default` is the account's own bus, where SES publishes. */
export type BusName = 'perennial' | 'default';

export type BusListener = Listener & { readonly bus?: BusName };

/** An event as EventBridge hands it to a rule's target. */
export type EventBridgeEvent = {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 in UTC, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
};

type Options = {
  readonly queue: Queue;
  readonly ids: Ids;
  /** Asked at every event, so that a listener counts from the moment it is put. */
  readonly listeners: () => readonly BusListener[];
  readonly hostility?: Hostility | undefined;
};

/** EventBridge in the process: each listener whose pattern matches gets the whole event on its queue. */
export class EmbeddedBus implements Bus {
  readonly #options: Options;
  /** Compiled once per pattern; a listener that is gone takes its pattern along. */
  readonly #compiled = new WeakMap<EventPattern, CompiledPattern>();

  constructor(options: Options) {
    this.#options = options;
  }

  async put(events: readonly BusEvent[]): Promise<void> {
    const wrapped = events.map((event) => {
      refuseTooLong(event);
      return {
        version: '0',
        id: uuid(this.#options.ids.next()),
        'detail-type': event.type,
        source: eventSource,
        account: '000000000000',
        time: `${event.occurredAt.slice(0, 19)}Z`,
        region: 'local',
        resources: [],
        detail: event,
      };
    });
    await this.#deliver('perennial', wrapped);
  }

  /** An event of somebody else, as it stands: SES on the `default` bus, or a rule's test. */
  async publish(bus: BusName, event: EventBridgeEvent): Promise<void> {
    await this.#deliver(bus, [event]);
  }

  async #deliver(bus: BusName, events: readonly EventBridgeEvent[]): Promise<void> {
    const { hostility, listeners, queue } = this.#options;
    const standing = listeners().filter((listener) => (listener.bus ?? 'perennial') === bus);
    const messages = new Map<QueueName, QueueMessage[]>();
    for (const event of events) {
      const flat = flattenEvent(event);
      for (const listener of standing) {
        if (!matchesFlat(this.#compile(listener.pattern), flat)) continue;
        const known = messages.get(listener.queue) ?? [];
        messages.set(listener.queue, known);
        known.push({ body: event });
        if (hostility?.chance(duplicateChance) === true) known.push({ body: event });
      }
    }
    for (const [name, bodies] of messages) {
      await queue.send(name, hostility?.shuffle(bodies) ?? bodies);
    }
  }

  #compile(pattern: EventPattern): CompiledPattern {
    const known = this.#compiled.get(pattern);
    if (known !== undefined) return known;
    const compiled = compilePattern(pattern);
    this.#compiled.set(pattern, compiled);
    return compiled;
  }
}

const refuseTooLong = (event: BusEvent): void => {
  const texts = [eventSource, event.type, JSON.stringify(event)];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), timeBytes);
  if (bytes > maxEntryBytes) {
    throw new RangeError(`Event ${event.id} has ${bytes} bytes, more than ${maxEntryBytes}.`);
  }
};

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID as a UUID of version 7, which has the same time in front: EventBridge's ids are UUIDs. */
const uuid = (ulid: string): string => {
  let number = 0n;
  for (const digit of ulid) number = number * 32n + BigInt(crockford.indexOf(digit));
  const hex = number.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
};
