import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AroundPorts } from '../../infra/local/load-functions.ts';
import type { World } from '../../infra/local/world.ts';
import { isoInstant } from '../../shared/domain/time/instant.ts';
import type { Table } from '../../shared/ports/table.ts';
import { nextNight } from '../../shared/stores/nights.ts';
import { dying } from '../support/dying-table.ts';
import { ask, modes, settled } from '../support/modes.ts';
import { caughtUp } from '../support/segment-cases.ts';
import { aSite, built, membersOf } from '../support/site.ts';
import { aWorld, startOfWorld } from '../support/world.ts';

const night = 'functions/segments/begin-night.ts';
const hourMs = 3_600_000;
const noon = Date.parse(startOfWorld);

type Size = { readonly date: string; readonly at: string; readonly size: number };

/** The whole history of a segment, page by page. */
async function historyOf(world: World, id: string): Promise<readonly Size[]> {
  const sizes: Size[] = [];
  let after: string | null = '';
  while (after !== null) {
    const path: string = `/admin/segments/${id}/history?after=${after}`;
    const answer = await ask(world, 'GET', path, { admin: true });
    expect(answer.status).toBe(200);
    // The shape that the route promises.
    const page = answer.json() as { readonly items: readonly Size[]; readonly next: string | null };
    sizes.push(...page.items);
    after = page.next;
  }
  return sizes;
}

const brief = ({ date, size }: Size): string => `${date}: ${size}`;
const briefOf = async (world: World, id: string): Promise<readonly string[]> =>
  (await historyOf(world, id)).map(brief);

/** To an instant, and what was due by then is done. */
async function reach(world: World, instant: string): Promise<void> {
  await world.advance(instant);
  await caughtUp(world);
}

const riga = { attribute: 'city', equals: 'Riga' };
const identify = (userId: string, city: string) => ({ type: 'identify', userId, traits: { city } });

async function come(world: World, people: readonly object[], hostile: number | undefined) {
  await (await aSite(world)).post('/v1/batch', { batch: people });
  await settled(world, hostile);
}

/** A table, but for its writes, which go to another. */
const withWrites = (table: Table, writes: Table): Table => ({
  ...table,
  write: (write) => writes.write(write),
});

describe.each(modes)('the size of a segment over time, hostile %s', (hostile) => {
  it('is what a plain count finds at the end of each day of a week, newest first', async () => {
    await using world = await aWorld({ hostile });
    const site = await aSite(world);
    await site.segment('buyers', { did: 'Order Completed', within: 'P2D' });
    await built(world);
    const counted: string[] = [];
    for (let day = 0; day < 7; day += 1) {
      const start = noon + (day * 24 + 1) * hourMs;
      await reach(world, isoInstant(start));
      // Every other day more come than go; each goes two days later.
      const orders = Array.from({ length: 1 + (day % 2) * 3 }, (_, hour) => ({
        type: 'track',
        userId: `day-${day}-person-${hour}`,
        event: 'Order Completed',
        timestamp: isoInstant(start - hour * hourMs),
      }));
      await come(world, orders, hostile);
      await reach(world, isoInstant(start + 10.9 * hourMs));
      const { length } = await membersOf(world, 'buyers');
      counted.unshift(brief({ date: world.now().slice(0, 10), at: '', size: length }));
      await reach(world, isoInstant(start + 12 * hourMs));
    }
    const sizes = await historyOf(world, 'buyers');
    expect(sizes.map(brief)).toEqual(counted);
    expect(new Set(sizes.map(({ size }) => size)).size).toBeGreaterThan(1);
    for (const { date, at } of sizes) {
      const endedMs = Date.parse(`${date}T24:00:00Z`);
      expect(Date.parse(at)).toBeGreaterThanOrEqual(endedMs);
      expect(Date.parse(at)).toBeLessThan(endedMs + hourMs);
    }
    expect(world.deadLetters()).toEqual([]);
  });

  it('stays what was counted first, wherever the night is cut off', async () => {
    // Each night dies at the next place before or after a write, until one is not reached any more.
    let life: 'dies' | 'dead' | 'lives' = 'lives';
    let places = 0;
    const around: AroundPorts = (row, ports) =>
      row.file === night
        ? { ...ports, table: withWrites(ports.table, dying(ports.table, dies)) }
        : ports;
    const dies = () => {
      if (life === 'dies' && --places === 0) life = 'dead';
      return life === 'dead';
    };
    await using world = await aWorld({ hostile, around });
    const site = await aSite(world);
    for (const id of ['rigans', 'guests']) await site.segment(id, riga);
    await built(world);
    // Hostile, a night is late.
    const minutes = hostile === undefined ? 0 : 10;
    let midnight = noon + 12 * hourMs;
    for (let nights = 1; ; nights += 1, midnight += 24 * hourMs) {
      [life, places] = ['dies', nights];
      await world.advance(isoInstant(midnight + minutes * 60_000));
      const isDone = places > 0 && (await nextNight(world.ports.table)) !== midnight;
      const before = await lastSizes(world);
      await come(world, [identify(`guest-${nights}`, 'Riga')], hostile);
      life = 'lives';
      await reach(world, isoInstant(midnight + hourMs));
      const after = await lastSizes(world);
      const date = isoInstant(midnight - 1).slice(0, 10);
      expect(after.map((size) => size?.date)).toEqual([date, date]);
      // What was counted before the night was cut off stands, though more have come.
      const stands = before.map((size, index) => (size?.date === date ? size : after[index]));
      expect(after).toEqual(stands);
      expect(await nextNight(world.ports.table)).toBe(midnight + 24 * hourMs);
      if (isDone) break;
    }
    expect(midnight).toBeGreaterThan(noon + 9 * 24 * hourMs);
  });
});

const lastSizes = async (world: World) =>
  Promise.all(['rigans', 'guests'].map(async (id) => (await historyOf(world, id))[0]));

describe('the size of a segment over time', () => {
  it('misses the days of an outage and has the last of them, counted when it was over', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'perennial-'));
    {
      await using world = await aWorld({ directory });
      await (await aSite(world)).segment('rigans', riga);
      await built(world);
      await come(world, [identify('anna', 'Riga')], undefined);
      await world.advance('P1D');
    }
    await using world = await aWorld({ directory, clock: '2026-11-30T15:00:00.000Z' });
    await world.advance('PT1M');
    expect(await historyOf(world, 'rigans')).toEqual([
      { date: '2026-11-29', at: '2026-11-30T15:00:00.000Z', size: 1 },
      { date: '2026-11-25', at: '2026-11-26T00:00:00.000Z', size: 1 },
    ]);
    await world.advance('P1D');
    expect(await briefOf(world, 'rigans')).toEqual([
      '2026-11-30: 1',
      '2026-11-29: 1',
      '2026-11-25: 1',
    ]);
  });

  it('goes by the days of the company, also where one is longer than others', async () => {
    const settings = { timeZone: 'Europe/Riga' };
    await using world = await aWorld({ settings, clock: '2026-10-24T12:00:00.000Z' });
    await (await aSite(world)).segment('rigans', riga);
    await built(world);
    await world.advance('P3D');
    expect((await historyOf(world, 'rigans')).map(({ date, at }) => [date, at])).toEqual([
      ['2026-10-26', '2026-10-26T22:00:00.000Z'],
      ['2026-10-25', '2026-10-25T22:00:00.000Z'],
      ['2026-10-24', '2026-10-24T21:00:00.000Z'],
    ]);
  });

  it('goes by the definition that serves while a new one is being applied', async () => {
    await using world = await aWorld({ settings: { rulesSettleSeconds: 900 } });
    const site = await aSite(world);
    await site.segment('rigans', riga);
    await world.advance('PT1H');
    await come(world, [identify('anna', 'Riga'), identify('olga', 'Oslo')], undefined);
    await world.advance('2026-11-25T23:50:00Z');
    await site.segment('rigans', { attribute: 'city', exists: true });
    await world.advance('2026-11-27T00:00:00Z');
    expect(await briefOf(world, 'rigans')).toEqual(['2026-11-26: 2', '2026-11-25: 1']);
  });

  it('begins anew with a segment that is made anew', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    await site.segment('rigans', riga);
    await built(world);
    expect(await briefOf(world, 'rigans')).toEqual([]);
    await world.advance('P2D');
    expect(await briefOf(world, 'rigans')).toEqual(['2026-11-26: 0', '2026-11-25: 0']);
    expect((await site.admin('DELETE', '/admin/segments/rigans')).status).toBe(202);
    await world.settle();
    expect((await site.admin('GET', '/admin/segments/rigans/history')).status).toBe(404);
    await site.segment('rigans', riga);
    await built(world);
    expect(await briefOf(world, 'rigans')).toEqual([]);
    await world.advance('P1D');
    expect(await briefOf(world, 'rigans')).toEqual(['2026-11-27: 0']);
  });

  it('comes in pages, and says so when a cursor is none of its own', async () => {
    await using world = await aWorld();
    const site = await aSite(world);
    await site.segment('rigans', riga);
    await built(world);
    await world.advance('P250D');
    const first = await world.request('GET', '/admin/segments/rigans/history', { admin: true });
    expect((first.json() as { readonly items: readonly Size[] }).items).toHaveLength(100);
    const dates = (await historyOf(world, 'rigans')).map(({ date }) => date);
    expect(new Set(dates).size).toBe(250);
    expect(dates).toEqual(dates.toSorted().toReversed());
    const wrong = await site.admin('GET', '/admin/segments/rigans/history?after=x');
    expect([wrong.status, wrong.json()]).toEqual([
      422,
      expect.objectContaining({ errors: [expect.objectContaining({ path: 'after' })] }),
    ]);
  });
});
