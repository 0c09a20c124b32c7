import type { BusEvent } from '../../events/envelope.ts';

export interface Bus {
  /** Resolves once every event is accepted; throws when any is not, after which all may be put again with the same ids. */
  put(events: readonly BusEvent[]): Promise<void>;
}
