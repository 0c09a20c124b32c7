import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '../../shared/domain/profiles/timeline-entry.ts';
import { queryTimeline, timelineEntry } from '../../shared/stores/timeline.ts';
import { aWorld } from '../support/world.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

const anEntry = (minute: number, type: string): TimelineEntry => ({
  id: `${type}-${minute}`,
  profileId: 'anna',
  type,
  occurredAt: at(minute),
  recordedAt: at(minute),
  data: { note: 'x'.repeat(minute % 5 === 0 ? 60_000 : 10) },
});

/** Messages come in bursts, so that a page may hold one kind alone. */
const entries = Array.from({ length: 300 }, (_, minute) =>
  anEntry(minute, minute % 70 < 40 ? 'event' : 'message.opened'),
);

describe('a person’s timeline', () => {
  it.each([
    ['newest first', 7, true, undefined],
    ['oldest first', 7, false, undefined],
    ['in one page', 1000, true, undefined],
    ['in a hostile world', 13, true, 5],
  ])(
    'shows messages among all else, each once and in order: %s',
    async (_, limit, descending, hostile) => {
      await using world = await aWorld({ hostile });
      for (const entry of entries) await world.ports.table.write(timelineEntry(entry));
      const { table } = world.embedded.ports;
      const found: string[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof queryTimeline>> = await patiently(() =>
          queryTimeline(table, 'anna', { after, limit, descending }),
        );
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        found.push(...page.entries.map(({ id }) => id));
        after = page.after;
      } while (after !== null);
      const ids = entries.map(({ id }) => id);
      expect(found).toEqual(descending ? ids.toReversed() : ids);
    },
  );

  it('is cut at both ends by a range of time', async () => {
    await using world = await aWorld();
    const { table } = world.ports;
    for (const entry of entries) await table.write(timelineEntry(entry));
    const range = { from: at(38), to: at(41) };
    const { entries: found, after } = await queryTimeline(table, 'anna', range);
    const types = ['event', 'event', 'message.opened', 'message.opened'];
    expect([found.map(({ type }) => type), after]).toEqual([types, null]);
    expect(new Set(found.map(({ profileId }) => profileId))).toEqual(new Set(['anna']));
  });
});

/** A hostile table is too busy at times. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}
