import type { BusEvent } from '../../events/envelope.ts';
import type { AroundPorts } from '../../infra/local/load-functions.ts';

/** What the timeline puts on the bus, each event once; `around` is for a world's ports. */
export function aBusListener() {
  const published = new Map<string, BusEvent>();
  const around: AroundPorts = (row, ports) => {
    if (row.file !== 'functions/tracking/publish-timeline.ts') return ports;
    const put = async (events: readonly BusEvent[]): Promise<void> => {
      for (const event of events) published.set(event.id, event);
      await ports.bus.put(events);
    };
    return { ...ports, bus: { put } };
  };
  return { published, around };
}
