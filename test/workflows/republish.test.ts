import { describe, expect, it } from 'vitest';
import type { BusEvent } from '../../events/envelope.ts';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const publish = 'functions/tracking/publish-timeline.ts';
const republish = 'functions/tracking/republish-timeline.ts';
const modes = [undefined, 1, 2, 3];

/** Who published what, each event once. */
function listening() {
  const heard = {
    [publish]: new Map<string, BusEvent>(),
    [republish]: new Map<string, BusEvent>(),
  };
  const around: AroundPorts = (row, ports) => {
    const events = row.file === publish || row.file === republish ? heard[row.file] : undefined;
    if (events === undefined) return ports;
    const put = async (some: readonly BusEvent[]): Promise<void> => {
      await ports.bus.put(some);
      for (const event of some) events.set(event.id, event);
    };
    return { ...ports, bus: { put } };
  };
  const inOrder = (file: keyof typeof heard): readonly BusEvent[] =>
    [...heard[file].values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return { around, inOrder, forget: () => heard[republish].clear() };
}

describe('publishing again for longer than one call may last', () => {
  it('says where to go on, until all is published', async () => {
    const { around, inOrder, forget } = listening();
    await using world = await aWorld({ around });
    const site = await aSite(world);
    for (let n = 0; n < 40; n += 1) await site.post('/v1/leads', { externalId: `c-${n}` });
    await world.settle();
    forget();
    const span = { from: '2026-11-25T00:00:00Z', to: '2026-11-26T00:00:00Z' };
    const whole = await world.invoke(republish, { ...span, next: null });
    expect(whole).toEqual({ published: inOrder(publish).length, next: null });
    const rest = await world.invoke(republish, { ...span, next: [{ segment: 3, after: null }] });
    expect(rest).toMatchObject({ next: null });
    expect((rest as { published: number }).published).toBeLessThan(inOrder(publish).length); // one part of eight
  });
});

describe.each(modes)('publishing again, hostile %s', (hostile) => {
  it('gives the same events with the same ids, of the span that is asked for', async () => {
    const { around, inOrder, forget } = listening();
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    await site.segment('riga', { attribute: 'city', equals: 'Riga' });
    await built(world);
    for (let hour = 0; hour < 4; hour += 1) {
      for (let n = 0; n < 10; n += 1) {
        const consents = [{ topic: 'offers', channel: 'email', given: true }];
        const attributes = { city: n % 2 === 0 ? 'Riga' : 'Oslo' };
        await site.post('/v1/leads', { externalId: `c-${hour}-${n}`, attributes, consents });
      }
      await world.settle();
      await world.advance('PT1H');
    }
    const published = inOrder(publish);
    expect(new Set(published.map(({ type }) => type))).toEqual(
      new Set(['profile.created', 'lead.captured', 'consent.given', 'segment.entered']),
    );
    // An index or a scan may lag behind what was just written: not behind an hour ago.
    const again = async (from: string, to: string) => {
      forget();
      await askedUntilAnswered(() => world.invoke(republish, { from, to }));
      return inOrder(republish);
    };
    expect(await again('2026-11-25T00:00:00Z', '2026-11-26T00:00:00Z')).toEqual(published);
    const [from, to] = ['2026-11-25T13:00:00.000Z', '2026-11-25T14:59:59.000Z'];
    const ofSpan = published.filter(({ recordedAt }) => recordedAt >= from && recordedAt <= to);
    expect(ofSpan.length).toBeGreaterThan(10);
    expect(ofSpan.length).toBeLessThan(published.length);
    expect(await again(from, to)).toEqual(ofSpan);
  });

  it('refuses a span that is none', async () => {
    await using world = await aWorld({ hostile });
    await expect(world.invoke(republish, { from: 'yesterday', to: 'now' })).rejects.toThrow('from');
  });
});

/** Whoever calls it by hand calls again when the tables are busy. */
async function askedUntilAnswered(call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await call();
      return;
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}
