import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { queryTimeline, timelineEntry } from '../../shared/stores/timeline.ts';
import { aSite, built, membersOf, personOf } from '../support/site.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

const kilobyte = 1024;
const modes = [undefined, 1, 2, 3];

/** What lies in the quarantine, as a marketer sees it. */
async function quarantined(site: Awaited<ReturnType<typeof aSite>>) {
  type Row = {
    readonly id: string;
    readonly reason: string;
    readonly input: { messageId: string };
  };
  const rows: Row[] = [];
  let after: string | null = '';
  do {
    const answer = await site.admin('GET', `/admin/quarantine?after=${after}`);
    const page = answer.json() as { items: Row[]; next: string | null }; // the API's own list
    rows.push(...page.items);
    after = page.next;
  } while (after !== null);
  return rows;
}

async function eventsOf(world: World, key: string): Promise<number> {
  const { id } = await personOf(world, key);
  let count = 0;
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queryTimeline>> = await queryTimeline(
      world.ports.table,
      id,
      { after },
    );
    count += page.entries.filter(({ type }) => type === 'event').length;
    after = page.after;
  } while (after !== null);
  return count;
}

const identify = (messageId: string, userId: string, traits: object) => ({
  type: 'identify',
  messageId,
  userId,
  traits,
});
const seen = (messageId: string, userId: string) => ({
  type: 'track',
  messageId,
  userId,
  event: 'Seen',
});

describe.each(modes)('what a profile cannot hold, hostile %s', (hostile) => {
  it('ends in the quarantine alone, and is processed when the cause is gone', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    const large = 'x'.repeat(100 * kilobyte);
    const batch = [
      identify('m-1', 'c-1', { first: large }),
      seen('m-2', 'c-1'),
      seen('m-3', 'c-2'),
      seen('m-4', 'c-1'),
      seen('m-5', 'c-1'),
    ];
    expect(await site.post('/v1/batch', { batch })).toBe(200);
    await world.settle();
    // In one batch with its neighbours: the second large value is one too many.
    const more = [
      seen('m-6', 'c-1'),
      identify('m-7', 'c-1', { second: large }),
      seen('m-8', 'c-2'),
    ];
    expect(await site.post('/v1/batch', { batch: more })).toBe(200);
    await world.settle();
    expect([await eventsOf(world, 'c-1'), await eventsOf(world, 'c-2')]).toEqual([4, 2]);
    const [row, ...others] = await quarantined(site);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ input: { messageId: 'm-7' } });
    expect(row?.reason).toContain('192 KB');
    expect(Object.keys((await personOf(world, 'c-1')).attributes)).toEqual(['first']);

    // Played back too early it comes back.
    expect((await site.admin('POST', `/admin/quarantine/${row?.id}/replay`)).status).toBe(202);
    await world.settle();
    const [again] = await quarantined(site);
    expect(again).toMatchObject({ input: { messageId: 'm-7' } });

    await site.post('/v1/identify', identify('m-9', 'c-1', { first: null }));
    await world.settle();
    await site.admin('POST', `/admin/quarantine/${again?.id}/replay`);
    await world.settle();
    expect(await quarantined(site)).toEqual([]);
    expect(Object.keys((await personOf(world, 'c-1')).attributes)).toEqual(['second']);

    // What was stored when there was room, and comes again: a repeat, and nothing to see to.
    await site.post('/v1/identify', identify('m-1', 'c-1', { first: large }));
    await world.settle();
    expect(await quarantined(site)).toEqual([]);
    expect(Object.keys((await personOf(world, 'c-1')).attributes)).toEqual(['second']);
    expect(world.deadLetters()).toEqual([]);
  });

  it('does not keep a segment from being built', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    // As much as is taken of one person, in the form that the tables hold least well.
    const ones = Array.from({ length: 48 * kilobyte }, () => 1);
    await site.post('/v1/identify', identify('m-1', 'c-1', { ones }));
    await world.settle();
    await site.post('/v1/identify', identify('m-2', 'c-1', { more: ones.slice(100) }));
    await world.settle();
    const names = Array.from({ length: 20 }, (_, n) => `a-segment-with-a-long-name-${n}`);
    for (const name of names) await site.segment(name, { attribute: 'ones', exists: true });
    await built(world);
    for (const name of names) expect(await membersOf(world, name)).toHaveLength(1);
    expect(await quarantined(site)).toHaveLength(0);
    expect(world.deadLetters()).toEqual([]);
  });
});

describe('a bot', () => {
  const events = 30_000;

  it('is counted right though its ledger is larger than a profile', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    await site.post('/v1/identify', identify('m-0', 'bot', {}));
    await world.settle();
    const { id: profileId } = await personOf(world, 'bot');
    const start = Date.parse(startOfWorld);
    for (let from = 0; from < events; from += 100) {
      const entries = Array.from({ length: 100 }, (_, index) => {
        // Milliseconds without a pattern, back to eleven days ago.
        const at = new Date(start - (from + index) * 31_337 - (index % 7)).toISOString();
        const times = { occurredAt: at, recordedAt: startOfWorld };
        const data = { name: 'Seen', properties: {}, source: 'site' };
        const type = 'event';
        return timelineEntry({ id: `e-${from + index}`, profileId, type, ...times, data });
      });
      await world.ports.table.transact(entries);
    }
    await site.segment('all', { did: 'Seen', within: 'P30D', atLeast: events + 60 });
    await site.segment('more', { did: 'Seen', within: 'P30D', atLeast: events + 61 });
    await site.segment('shown', { did: 'Seen', within: 'P30D', atLeast: events });
    await built(world);
    expect(await membersOf(world, 'shown')).toHaveLength(1);
    const { ledger } = await personOf(world, 'bot');
    expect(ledger?.length).toBeGreaterThan(64 * kilobyte);
    const [item] = (await world.ports.table.scan('profiles', { segment: 0, segments: 1 })).items;
    expect(JSON.stringify(item).length).toBeLessThan(kilobyte);
    const batch = Array.from({ length: 60 }, (_, index) => seen(`m-${index + 1}`, 'bot'));
    await site.post('/v1/batch', { batch });
    await world.settle();
    expect(await membersOf(world, 'all')).toHaveLength(1);
    expect(await membersOf(world, 'more')).toHaveLength(0);
    await world.advance('P31D');
    for (const name of ['all', 'shown']) expect(await membersOf(world, name)).toHaveLength(0);
    expect(world.deadLetters()).toEqual([]);
  });
});
