import { expect, it } from 'vitest';
import { loadRules } from '../../shared/stores/segments.ts';
import { caughtUp } from '../support/segment-cases.ts';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

it.each([undefined, 2, 3])(
  'at midnight the borders of RFM are cut anew, once a night, hostile %s',
  async (hostile) => {
    await using world = await aWorld({ hostile, settings: { timeZone: 'Europe/Riga' } });
    const site = await aSite(world);
    await site.segment('champions', { rfm: 'Champions' });
    const orders = Array.from({ length: 10 }, (_, person) => ({
      type: 'track',
      userId: `person-${person}`,
      event: 'Order Completed',
      timestamp: `2026-11-${String(10 + person)}T12:00:00Z`,
      properties: { total: 10 * person + 5 },
    }));
    await site.post('/v1/batch', { batch: orders });
    await built(world);
    const cuts: (string | undefined)[] = [];
    for (const hour of ['2026-11-25T22:30:00Z', '2026-11-26T21:30:00Z', '2026-11-26T22:30:00Z']) {
      await world.advance(hour);
      await caughtUp(world);
      await built(world);
      const { rfm } = await loadRules(world.ports.table);
      cuts.push(rfm?.cutAt?.slice(0, 13));
    }
    expect(cuts).toEqual(['2026-11-25T22', '2026-11-25T22', '2026-11-26T22']);
    expect(world.deadLetters()).toEqual([]);
  },
);
