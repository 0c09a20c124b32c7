import { describe, expect, it } from 'vitest';
import type { Page, Table } from '../../shared/ports/table.ts';
import { eventually, PatientTable } from './patient-table.ts';
import { fresh } from './table-suite.ts';

const marketing = 'marketing' as const;

/** What every adapter of the `Table` port promises for reads of many items. */
export const describePages = (
  open: () => Table,
  { scans = 200 }: { readonly scans?: number } = {},
): void => {
  const fill = async (pk: string, sortKeys: readonly string[]) => {
    const table = new PatientTable(open());
    for (const sk of sortKeys) {
      await table.write({ kind: 'put', table: marketing, item: { pk, sk } });
    }
    const keys = async (query: object) =>
      (await table.queryAll(marketing, { pk, ...query })).map(({ sk }) => sk);
    return { table, keys };
  };

  describe('a query', () => {
    // In the order of their UTF-8 bytes, which is not JavaScript's.
    const ordered = [
      'A',
      'B',
      'a',
      'a\u0000',
      'a b',
      'ab',
      'é',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '🦄',
      '\u{10ffff}',
    ];

    it('orders sort keys by their UTF-8 bytes, either way', async () => {
      const { keys } = await fill(fresh(), ordered.toReversed());
      expect(await keys({})).toEqual(ordered);
      expect(await keys({ descending: true })).toEqual(ordered.toReversed());
      expect(await keys({ limit: 5 })).toEqual(ordered);
      expect(await keys({ descending: true, limit: 3 })).toEqual(ordered.toReversed());
    });

    it('finds every sort key with a prefix and no other', async () => {
      const { keys } = await fill(fresh(), [
        ...ordered,
        '\ud7ffx',
        '\uffffx',
        '\u{10ffff}x',
        '🦄🦄',
      ]);
      expect(await keys({ prefix: 'a' })).toEqual(['a', 'a\u0000', 'a b', 'ab']);
      expect(await keys({ prefix: 'a', limit: 1 })).toEqual(['a', 'a\u0000', 'a b', 'ab']);
      expect(await keys({ prefix: '\ud7ff' })).toEqual(['\ud7ff', '\ud7ffx']);
      expect(await keys({ prefix: '\uffff' })).toEqual(['\uffff', '\uffffx']);
      expect(await keys({ prefix: '🦄', descending: true })).toEqual(['🦄🦄', '🦄']);
      expect(await keys({ prefix: '\u{10ffff}' })).toEqual(['\u{10ffff}', '\u{10ffff}x']);
    });

    it('takes both ends of a range, and nothing of an empty one', async () => {
      const { keys } = await fill(fresh(), ['a', 'b', 'c', 'd']);
      expect(await keys({ from: 'b', to: 'c' })).toEqual(['b', 'c']);
      expect(await keys({ from: 'b', to: 'c', descending: true, limit: 1 })).toEqual(['c', 'b']);
      expect(await keys({ from: 'bb' })).toEqual(['c', 'd']);
      expect(await keys({ to: 'b' })).toEqual(['a', 'b']);
      expect(await keys({ from: 'c', to: 'b' })).toEqual([]);
    });

    it('sees one partition only', async () => {
      const pk = fresh();
      await fill(`${pk}!`, ['x']);
      const { keys } = await fill(pk, ['a']);
      expect(await keys({})).toEqual(['a']);
    });

    it('cuts pages at 1 MB and continues behind them', async () => {
      const table = new PatientTable(open());
      const pk = fresh();
      const text = 'x'.repeat(300_000);
      for (const sk of ['a', 'b', 'c', 'd', 'e']) {
        await table.write({ kind: 'put', table: marketing, item: { pk, sk, text } });
      }
      const page = await table.query(marketing, { pk, consistent: true });
      expect(page.items.length).toBeLessThan(5);
      expect(page.after).not.toBeNull();
      const all = await table.queryAll(marketing, { pk });
      expect(all.map(({ sk }) => sk)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });
  });

  describe('a scan', () => {
    it('gives every item to exactly one segment', async () => {
      const table = new PatientTable(open());
      const pks = Array.from({ length: 60 }, fresh);
      for (const pk of pks) await table.write({ kind: 'put', table: 'profiles', item: { pk } });
      const scan = async (segment: number) =>
        table.scanAll('profiles', { segment, segments: 3, limit: 4 });
      const segments = await eventually(
        async () => Promise.all([0, 1, 2].map(scan)),
        (parts) => pks.every((pk) => parts.flat().some((item) => item.pk === pk)),
      );
      const found = segments.flat().map(({ pk }) => pk);
      expect(new Set(found).size).toBe(found.length);
      expect(found).toEqual(expect.arrayContaining(pks));
      for (const segment of segments) expect(segment.length).toBeGreaterThan(0);
    });

    it('misses nothing that has just been written when it is to be consistent', async () => {
      const table = new PatientTable(open());
      for (let turn = 0; turn < scans; turn += 1) {
        const pk = fresh();
        await table.write({ kind: 'put', table: 'profiles', item: { pk } });
        const found: string[] = [];
        let after: string | null = null;
        do {
          const scan = { segment: 0, segments: 1, after, consistent: true };
          const page: Page = await table.scan('profiles', scan);
          found.push(...page.items.map((item) => item.pk));
          after = page.after;
        } while (after !== null);
        expect(found).toContain(pk);
      }
    });

    it('goes on while items are written and deleted', async () => {
      const table = new PatientTable(open());
      const pks = Array.from({ length: 20 }, fresh);
      // The thirty others: a scan that lags behind does not lag by more than a few writes.
      for (const pk of [...pks, ...Array.from({ length: 30 }, fresh)]) {
        await table.write({ kind: 'put', table: 'profiles', item: { pk } });
      }
      const found: string[] = [];
      let after: string | null = null;
      do {
        const scan = { segment: 0, segments: 1, limit: 10, after };
        const page: Awaited<ReturnType<Table['scan']>> = await table.scan('profiles', scan);
        found.push(...page.items.map(({ pk }) => pk));
        after = page.after;
        const last = page.items.at(-1);
        // The very item that the cursor stands on goes away, unless it is one we look for.
        if (last !== undefined && !pks.includes(last.pk)) {
          await table.write({ kind: 'delete', table: 'profiles', key: { pk: last.pk } });
        }
        await table.write({ kind: 'put', table: 'profiles', item: { pk: fresh(), late: true } });
      } while (after !== null && found.length < 5000);
      expect(found).toEqual(expect.arrayContaining(pks));
      expect(new Set(found).size).toBe(found.length);
    });
  });

  it('reads any number of items in a batch, each once', async () => {
    const table = new PatientTable(open());
    const pk = fresh();
    const sortKeys = Array.from({ length: 130 }, (_, n) => `k${n}`);
    await fill(pk, sortKeys);
    const keys = [...sortKeys, 'missing', 'k1', 'k1'].map((sk) => ({ pk, sk }));
    const items = await table.batchGet(marketing, keys);
    expect(new Set(items.map(({ sk }) => sk))).toEqual(new Set(sortKeys));
    expect(items).toHaveLength(sortKeys.length);
  });
};
