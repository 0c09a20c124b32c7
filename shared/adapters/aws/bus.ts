import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { type BusEvent, eventSource } from '../../../events/envelope.ts';
import type { Bus } from '../../ports/bus.ts';
import { chunksWithin } from './chunks.ts';
import { acceptAll } from './refused-entries.ts';

/** PutEvents takes ten entries a call; a quarter megabyte is accepted in every region. */
const callLimit = { count: 10, bytes: 262_144 };

/** EventBridge counts the names and 14 bytes of time with the detail. */
const overheadBytes = 256;

/** The bus on EventBridge. */
export class EventBridgeBus implements Bus {
  readonly #client: EventBridgeClient;
  readonly #busName: string;

  constructor(options: { readonly client: EventBridgeClient; readonly busName: string }) {
    this.#client = options.client;
    this.#busName = options.busName;
  }

  async put(events: readonly BusEvent[]): Promise<void> {
    const entries = events.map((event) => {
      const entry = this.#entry(event);
      return { bytes: Buffer.byteLength(entry.Detail) + overheadBytes, entry };
    });
    for (const chunk of chunksWithin(entries, callLimit)) {
      await acceptAll(chunk, async (pending) => {
        const answer = await this.#client.send(
          new PutEventsCommand({ Entries: pending.map(({ entry }) => entry) }),
        );
        // Answers stand in the order of the request; a missing answer counts as refused.
        return pending.flatMap((entry, position) => {
          const result = answer.Entries?.[position];
          return result?.EventId === undefined
            ? [{ entry, reason: result?.ErrorCode ?? 'no answer' }]
            : [];
        });
      });
    }
  }

  #entry(event: BusEvent): PutEventsRequestEntry & { readonly Detail: string } {
    return {
      EventBusName: this.#busName,
      Source: eventSource,
      DetailType: event.type,
      Time: new Date(event.occurredAt),
      Detail: JSON.stringify(event),
    };
  }
}
