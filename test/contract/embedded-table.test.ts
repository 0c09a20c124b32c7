import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { RequestMeter } from '../../shared/adapters/embedded/request-meter.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import { InvalidRequest, type Item } from '../../shared/ports/table.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const dayMs = 24 * 3600 * 1000;

const aWorld = () => {
  const clock = new VirtualClock(noon);
  const meter = new RequestMeter();
  const table = new EmbeddedTable({ database: openDatabase(':memory:'), clock, meter });
  return { clock, meter, table };
};

const put = (table: 'timeline' | 'marketing', item: Item) =>
  ({ kind: 'put', table, item }) as const;

describe('the change feed', () => {
  const read = (table: EmbeddedTable, after = 0) =>
    table.feed.read({ table: 'timeline', after, limit: 100 });

  it('tells the changes of the timeline in order, with both images', async () => {
    const { table } = aWorld();
    const key = { pk: 'p', sk: 'a' };
    const ledger = new Uint8Array([1, 2]);
    await table.write(put('timeline', { ...key, n: 1, ledger }));
    await table.write({ kind: 'update', table: 'timeline', key, add: { n: 1 } });
    await table.transact([
      put('marketing', { pk: 'p', sk: 'untold' }),
      put('timeline', { pk: 'p', sk: 'b' }),
      { kind: 'delete', table: 'timeline', key },
    ]);
    expect(read(table)).toMatchObject([
      { kind: 'INSERT', keys: key, at: noon, newImage: { ...key, n: 1, ledger } },
      { kind: 'MODIFY', keys: key, newImage: { n: 2, ledger }, oldImage: { n: 1, ledger } },
      { kind: 'INSERT', keys: { pk: 'p', sk: 'b' } },
      { kind: 'REMOVE', keys: key, newImage: undefined, oldImage: { n: 2 } },
    ]);
    const [, second] = read(table);
    expect(read(table, second?.sequence)).toHaveLength(2);
  });

  it('tells nothing of what was refused or changed nothing', async () => {
    const { table } = aWorld();
    const item = { pk: 'p', sk: 'a' };
    await table.write(put('timeline', item));
    await table.write(put('timeline', item));
    await table.write({ ...put('timeline', item), when: { absent: true } });
    await table.transact([
      put('timeline', { pk: 'p', sk: 'b' }),
      { kind: 'check', table: 'timeline', key: item, when: { absent: true } },
    ]);
    await table.write({ kind: 'delete', table: 'timeline', key: { pk: 'p', sk: 'never' } });
    expect(read(table)).toHaveLength(1);
  });

  it('forgets after 24 hours and never uses a sequence number again', async () => {
    const { clock, table } = aWorld();
    await table.write(put('timeline', { pk: 'p', sk: 'old' }));
    clock.set(clock.now() + dayMs);
    table.feed.trim();
    expect(read(table)).toHaveLength(1);
    clock.set(clock.now() + 1);
    table.feed.trim();
    expect(read(table)).toEqual([]);
    await table.write(put('timeline', { pk: 'p', sk: 'new' }));
    expect(read(table)).toMatchObject([{ sequence: 2 }]);
  });
});

describe('on disk', () => {
  it('keeps items, feed and positions when opened again', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'table-'));
    try {
      const clock = new VirtualClock(noon);
      const first = openDatabase(join(directory, 'world.db'));
      const before = new EmbeddedTable({ database: first, clock });
      const item = { pk: 'p', sk: 'a', ledger: new Uint8Array([9]), dueSlot: 's', dueAt: '2027' };
      await before.write(put('timeline', item));
      before.feed.savePosition('publisher', 1);
      first.close();
      const second = openDatabase(join(directory, 'world.db'));
      const after = new EmbeddedTable({ database: second, clock });
      expect(await after.get('timeline', { pk: 'p', sk: 'a' })).toEqual(item);
      expect(after.feed.position('publisher')).toBe(1);
      expect(after.feed.position('another')).toBe(0);
      expect(after.feed.read({ table: 'timeline', after: 0, limit: 9 })).toHaveLength(1);
      expect(after.nextDueAt()).toBe('2027');
      second.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('time', () => {
  it('knows the earliest due instant of all tables and slots', async () => {
    const { table } = aWorld();
    expect(table.nextDueAt()).toBeUndefined();
    const due = (sk: string, dueSlot: string, dueAt: string) => ({ pk: 'p', sk, dueSlot, dueAt });
    await table.write(put('marketing', due('a', 's1', '2028')));
    await table.write(put('marketing', due('b', 's2', '2027')));
    await table.write(put('timeline', due('c', 's0', '2029')));
    expect(table.nextDueAt()).toBe('2027');
    await table.write({ kind: 'delete', table: 'marketing', key: { pk: 'p', sk: 'b' } });
    expect(table.nextDueAt()).toBe('2028');
  });

  it('deletes what has expired, and never before', async () => {
    const { clock, table } = aWorld();
    const key = { pk: 'p', sk: 'a' };
    await table.write(put('timeline', { ...key, expiresAt: noon / 1000 }));
    table.removeExpired();
    expect(await table.get('timeline', key)).toBeDefined();
    clock.set(clock.now() + 1000);
    table.removeExpired();
    expect(await table.get('timeline', key)).toBeUndefined();
    expect(table.feed.read({ table: 'timeline', after: 1, limit: 9 })).toMatchObject([
      { kind: 'REMOVE', keys: key },
    ]);
  });
});

describe('the meter', () => {
  const spent = async (act: (table: EmbeddedTable) => Promise<unknown>) => {
    const { meter, table } = aWorld();
    // Names pk, sk and text are 8 bytes, the key 2: 1 500 bytes, two write units.
    await table.write(put('marketing', { pk: 'p', sk: 'a', text: 'x'.repeat(1490) }));
    await table.write(put('marketing', { pk: 'p', sk: 'b', dueSlot: 's', dueAt: '2027' }));
    meter.reset();
    await act(table);
    const { requests, readUnits, writeUnits, indexWriteUnits } = meter.total();
    return [requests, readUnits, writeUnits, indexWriteUnits];
  };
  const [a, b] = [
    { pk: 'p', sk: 'a' },
    { pk: 'p', sk: 'b' },
  ] as const;
  const change = { kind: 'update', table: 'marketing' } as const;

  it('bills reads by 4 KB, half when they may be stale', async () => {
    expect(await spent((table) => table.get('marketing', a))).toEqual([1, 1, 0, 0]);
    const weak = { consistent: false };
    expect(await spent((table) => table.get('marketing', a, weak))).toEqual([1, 0.5, 0, 0]);
    expect(await spent((table) => table.batchGet('marketing', [a, b]))).toEqual([1, 2, 0, 0]);
    expect(await spent((table) => table.query('marketing', { pk: 'p' }))).toEqual([1, 0.5, 0, 0]);
  });

  it('bills writes by 1 KB of the larger image, twice in a transaction', async () => {
    const small = put('marketing', { ...a, text: '' });
    expect(await spent((table) => table.write(small))).toEqual([1, 0, 2, 0]);
    expect(await spent((table) => table.transact([small]))).toEqual([1, 0, 4, 0]);
    const check = { kind: 'check', table: 'marketing', key: b, when: { present: true } } as const;
    expect(await spent((table) => table.transact([small, check]))).toEqual([1, 0, 6, 0]);
    const refused = { ...small, when: { absent: true } } as const;
    expect(await spent((table) => table.write(refused))).toEqual([1, 0, 2, 0]);
  });

  it('bills the index for entering, leaving and twice for moving, else nothing', async () => {
    const due = { dueSlot: 's', dueAt: '2027' };
    expect(await spent((table) => table.write({ ...change, key: a, set: due }))).toEqual([
      1, 0, 2, 1,
    ]);
    const leave = { ...change, key: b, remove: ['dueSlot'] };
    expect(await spent((table) => table.write(leave))).toEqual([1, 0, 1, 1]);
    const move = { ...change, key: b, set: { dueAt: '2028' } };
    expect(await spent((table) => table.write(move))).toEqual([1, 0, 1, 2]);
    const stay = { ...change, key: b, set: { other: 1 } };
    expect(await spent((table) => table.write(stay))).toEqual([1, 0, 1, 0]);
  });
});

describe('the limits', () => {
  it('refuse a transaction of more than 4 MB whole', async () => {
    const { table } = aWorld();
    const puts = Array.from({ length: 11 }, (_, n) =>
      put('marketing', { pk: 'p', sk: `${n}`, text: 'x'.repeat(390_000) }),
    );
    await expect(table.transact(puts)).rejects.toThrow(InvalidRequest);
    expect(await table.query('marketing', { pk: 'p' })).toEqual({ items: [], after: null });
    expect(await table.transact(puts.slice(1))).toEqual({ kind: 'written' });
  });

  it('count names, text, numbers, bytes and nesting as DynamoDB does', async () => {
    const { table } = aWorld();
    const item = {
      pk: 'p',
      sk: 'a',
      list: [1, 'é'],
      map: { a: null, b: -12.5 },
      bytes: new Uint8Array(),
    };
    // Keys 4 + 2, list 4 + 3 + (1 + 2) + (1 + 2), map 3 + 3 + (1 + 1 + 1) + (1 + 1 + 4), bytes 5.
    const size = 6 + 13 + 15 + 5;
    const most = new Uint8Array(400 * 1024 - size);
    const fits = put('marketing', { ...item, bytes: most });
    expect(await table.write(fits)).toEqual({ kind: 'written' });
    const over = put('marketing', { ...item, bytes: new Uint8Array(most.length + 1) });
    await expect(table.write(over)).rejects.toThrow(InvalidRequest);
  });
});
