import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../shared/adapters/embedded/clock.ts';
import { openDatabase } from '../../shared/adapters/embedded/database.ts';
import { placeOf } from '../../shared/adapters/embedded/placed-rows.ts';
import { EmbeddedTable } from '../../shared/adapters/embedded/table.ts';
import type { Table } from '../../shared/ports/table.ts';

const clock = new VirtualClock(Date.parse('2026-11-21T12:00:00Z'));
const aTable = (): Table => new EmbeddedTable({ database: openDatabase(':memory:'), clock });

/** Two keys with one place, found among 40 million. */
const one = 'k26351919';
const other = 'k28735804';

const put = (table: Table, pk: string, n: number) =>
  table.write({ kind: 'put', table: 'profiles', item: { pk, n } });

async function scanned(table: Table, limit: number): Promise<string[]> {
  const found: string[] = [];
  let after: string | null = null;
  do {
    const scan = { segment: 0, segments: 1, after, limit };
    const page: Awaited<ReturnType<Table['scan']>> = await table.scan('profiles', scan);
    found.push(...page.items.map(({ pk }) => String(pk)));
    after = page.after;
  } while (after !== null);
  return found;
}

describe('two people whose keys fall on one place', () => {
  it('are two all the same: each is read, written and listed for itself', async () => {
    expect(placeOf(one)).toBe(placeOf(other));
    const table = aTable();
    for (const pk of [one, other, 'between']) await put(table, pk, 1);
    await put(table, other, 2);
    expect(await table.get('profiles', { pk: one })).toEqual({ pk: one, n: 1 });
    expect(await table.get('profiles', { pk: other })).toEqual({ pk: other, n: 2 });
    const keys = [{ pk: other }, { pk: one }, { pk: 'nobody' }];
    const many = await table.batchGet('profiles', keys);
    expect(new Set(many.map(({ n }) => n))).toEqual(new Set([1, 2]));
    expect(await table.batchGet('profiles', [{ pk: other }])).toEqual([{ pk: other, n: 2 }]);
    for (const limit of [1, 2, 3, 10]) {
      expect((await scanned(table, limit)).toSorted()).toEqual(['between', one, other]);
    }
  });

  it('stay who they are when one of them is gone', async () => {
    const table = aTable();
    await put(table, one, 1);
    await put(table, other, 1);
    await table.write({ kind: 'delete', table: 'profiles', key: { pk: one } });
    expect(await table.get('profiles', { pk: one })).toBeUndefined();
    // Not put a second time, at the place that has become free.
    await put(table, other, 2);
    const item = { pk: other, n: 3 };
    const again = { kind: 'put', table: 'profiles', item, when: { absent: true } } as const;
    expect((await table.write(again)).kind).toBe('refused');
    const when = { attribute: 'n', equals: 2 };
    expect((await table.write({ ...again, when })).kind).toBe('written');
    expect(await scanned(table, 1)).toEqual([other]);
    await put(table, one, 4);
    expect((await scanned(table, 1)).toSorted()).toEqual([one, other]);
  });

  it('are both due when they are due at one instant', async () => {
    const table = aTable();
    const due = { dueSlot: 'review#1', dueAt: '2026-11-21T11:00:00.000Z' };
    for (const pk of [other, one]) {
      await table.write({ kind: 'put', table: 'profiles', item: { pk, ...due } });
    }
    const query = { slot: due.dueSlot, until: '2026-11-21T12:00:00.000Z', limit: 1 };
    const first = await table.due('profiles', { ...query, after: null });
    const second = await table.due('profiles', { ...query, after: first.after });
    expect([...first.items, ...second.items].map(({ pk }) => pk)).toEqual([one, other]);
  });
});
