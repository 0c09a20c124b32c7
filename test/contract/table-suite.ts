import { describe, expect, it } from 'vitest';
import { InvalidRequest, type Item, type Table } from '../../shared/ports/table.ts';
import { eventually, PatientTable } from './patient-table.ts';

let lastName = 0;

/** A partition key that no other test uses: the tables are shared by a whole run. */
export const fresh = (): string => {
  lastName += 1;
  return `${process.pid}-${lastName}`;
};

const marketing = 'marketing' as const;
const put = (item: Item) => ({ kind: 'put', table: marketing, item }) as const;
const written = { kind: 'written' };
const refused = { kind: 'refused', failed: [0] };

/** What every adapter of the `Table` port promises for single items. */
export const describeItems = (open: () => Table): void => {
  const table = new PatientTable({
    get: async (...call) => open().get(...call),
    batchGet: async (...call) => open().batchGet(...call),
    query: async (...call) => open().query(...call),
    scan: async (...call) => open().scan(...call),
    due: async (...call) => open().due(...call),
    write: async (...call) => open().write(...call),
    transact: async (...call) => open().transact(...call),
  });

  describe('one item', () => {
    it('comes back as it was put, whatever its values', async () => {
      const item = {
        pk: fresh(),
        sk: 'Straße 🦄',
        text: 'é\n"\\\u0000🦄',
        empty: '',
        number: -12.5,
        big: 1.5e300 / 1e200,
        zero: 0,
        yes: true,
        nothing: null,
        list: [1, 'two', [false, null], { three: 3 }, []],
        map: { 'a b': { c: 'd' }, ['__proto__']: 'own', none: {} },
        ledger: new Uint8Array([0, 1, 254, 255]),
      };
      await table.write(put(item));
      expect(await table.get(marketing, item)).toEqual(item);
      const more = { ...item, second: new Uint8Array([7]), none: new Uint8Array() };
      await table.write(put(more));
      expect(await table.get(marketing, item)).toEqual(more);
    });

    it('has no sort key in profiles', async () => {
      const item = { pk: fresh(), version: 1 };
      await table.write({ kind: 'put', table: 'profiles', item });
      expect(await table.get('profiles', { pk: item.pk })).toEqual(item);
    });

    it('leaves out what is undefined', async () => {
      const key = { pk: fresh(), sk: 'a' };
      await table.write(put({ ...key, gone: undefined }));
      expect((await table.get(marketing, key)) ?? {}).not.toHaveProperty('gone');
    });

    it('stays as long as its time is not over', async () => {
      const item = { pk: fresh(), sk: 'a', expiresAt: 4_102_444_800 };
      await table.write(put(item));
      expect(await table.get(marketing, item)).toEqual(item);
    });

    it('is not there before it is put nor after it is deleted', async () => {
      const key = { pk: fresh(), sk: 'a' };
      expect(await table.get(marketing, key)).toBeUndefined();
      await table.write(put({ ...key, n: 1 }));
      expect(await table.write({ kind: 'delete', table: marketing, key })).toEqual(written);
      expect(await table.get(marketing, key)).toBeUndefined();
      expect(await table.write({ kind: 'delete', table: marketing, key })).toEqual(written);
    });
  });

  describe('a condition', () => {
    it('lets only the first of two put what must be absent', async () => {
      const key = { pk: fresh(), sk: 'a' };
      const first = await table.write({ ...put({ ...key, n: 1 }), when: { absent: true } });
      const second = await table.write({ ...put({ ...key, n: 2 }), when: { absent: true } });
      expect([first, second]).toEqual([written, refused]);
      expect(await table.get(marketing, key)).toEqual({ ...key, n: 1 });
    });

    it('lets only one of ten simultaneous writers move a version', async () => {
      const key = { pk: fresh(), sk: 'a' };
      await table.write(put({ ...key, version: 1 }));
      const move = async (writer: number) =>
        table.write({
          ...put({ ...key, version: 2, writer }),
          when: { attribute: 'version', equals: 1 },
        });
      const results = await Promise.all(Array.from({ length: 10 }, async (_, n) => move(n)));
      expect(results.filter(({ kind }) => kind === 'written')).toHaveLength(1);
      const winner = results.findIndex(({ kind }) => kind === 'written');
      expect(await table.get(marketing, key)).toEqual({ ...key, version: 2, writer: winner });
    });

    it('tells a number from the same text, and an absent item from any value', async () => {
      const key = { pk: fresh(), sk: 'a' };
      const when = { attribute: 'n', equals: '1' } as const;
      expect(await table.write({ ...put(key), when })).toEqual(refused);
      await table.write(put({ ...key, n: 1 }));
      expect(await table.write({ kind: 'delete', table: marketing, key, when })).toEqual(refused);
      const right = { attribute: 'n', equals: 1 } as const;
      expect(await table.write({ kind: 'delete', table: marketing, key, when: right })).toEqual(
        written,
      );
    });

    it('keeps updates and deletes from what must be present', async () => {
      const key = { pk: fresh(), sk: 'a' };
      const when = { present: true } as const;
      const update = { kind: 'update', table: marketing, key, set: { n: 1 }, when } as const;
      expect(await table.write(update)).toEqual(refused);
      expect(await table.write({ kind: 'delete', table: marketing, key, when })).toEqual(refused);
      await table.write(put(key));
      expect(await table.write(update)).toEqual(written);
      expect(await table.get(marketing, key)).toEqual({ ...key, n: 1 });
    });
  });

  describe('an update', () => {
    it('sets, adds and removes, and leaves the rest', async () => {
      const key = { pk: fresh(), sk: 'a' };
      const item = { ...key, kept: 'k', old: 1, count: 2, ledger: new Uint8Array([1]) };
      await table.write(put(item));
      const change = { set: { note: ['x'] }, add: { count: 3, seen: 1 }, remove: ['old', 'never'] };
      await table.write({ kind: 'update', table: marketing, key, ...change });
      const { old, ...rest } = item;
      expect(old).toBe(1);
      expect(await table.get(marketing, key)).toEqual({ ...rest, note: ['x'], count: 5, seen: 1 });
    });

    it('creates the item, even of nothing but its key', async () => {
      const key = { pk: fresh(), sk: 'a' };
      await table.write({ kind: 'update', table: marketing, key });
      expect(await table.get(marketing, key)).toEqual(key);
      const other = { pk: fresh(), sk: 'a' };
      await table.transact([{ kind: 'update', table: marketing, key: other }]);
      expect(await table.get(marketing, other)).toEqual(other);
    });

    it('adds as decimals do', async () => {
      const key = { pk: fresh(), sk: 'a' };
      for (const amount of [0.1, 0.2]) {
        await table.write({ kind: 'update', table: marketing, key, add: { total: amount } });
      }
      expect(await table.get(marketing, key)).toEqual({ ...key, total: 0.3 });
    });
  });

  describe('a transaction', () => {
    it('writes everything', async () => {
      const pk = fresh();
      const result = await table.transact([
        { kind: 'put', table: 'profiles', item: { pk, version: 1 }, when: { absent: true } },
        { kind: 'put', table: 'timeline', item: { pk, sk: '1', type: 'lead.captured' } },
        { kind: 'update', table: marketing, key: { pk, sk: 'n' }, add: { n: 1 } },
        { kind: 'check', table: marketing, key: { pk, sk: 'none' }, when: { absent: true } },
      ]);
      expect(result).toEqual(written);
      expect(await table.get('profiles', { pk })).toEqual({ pk, version: 1 });
      expect(await table.get('timeline', { pk, sk: '1' })).toMatchObject({ type: 'lead.captured' });
      expect(await table.get(marketing, { pk, sk: 'n' })).toEqual({ pk, sk: 'n', n: 1 });
    });

    it('writes nothing when conditions fail, and says which', async () => {
      const pk = fresh();
      await table.write(put({ pk, sk: 'there' }));
      const result = await table.transact([
        put({ pk, sk: 'new' }),
        { ...put({ pk, sk: 'there', n: 2 }), when: { absent: true } },
        { kind: 'delete', table: marketing, key: { pk, sk: 'a' }, when: { absent: true } },
        { kind: 'check', table: marketing, key: { pk, sk: 'none' }, when: { present: true } },
      ]);
      expect(result).toEqual({ kind: 'refused', failed: [1, 3] });
      expect(await table.queryAll(marketing, { pk })).toEqual([{ pk, sk: 'there' }]);
    });

    it('moves an amount between two counters without ever losing any', async () => {
      const pk = fresh();
      await table.transact([put({ pk, sk: 'a', n: 100 }), put({ pk, sk: 'b', n: 0 })]);
      const move = async () =>
        table.transact([
          { kind: 'update', table: marketing, key: { pk, sk: 'a' }, add: { n: -1 } },
          { kind: 'update', table: marketing, key: { pk, sk: 'b' }, add: { n: 1 } },
        ]);
      await Promise.all(Array.from({ length: 20 }, move));
      expect(await table.queryAll(marketing, { pk })).toEqual([
        { pk, sk: 'a', n: 80 },
        { pk, sk: 'b', n: 20 },
      ]);
    });
  });

  describe('the due index', () => {
    it('holds what has both a slot and an instant, earliest first, by keys only', async () => {
      const [pk, slot] = [fresh(), fresh()];
      const due = (sk: string, dueAt: string) => put({ pk, sk, dueSlot: slot, dueAt, other: 1 });
      await table.write(due('c', '2027-01-03T00:00:00.000Z'));
      await table.write(due('a', '2027-01-01T00:00:00.000Z'));
      await table.write(due('late', '2027-01-04T00:00:00.000Z'));
      await table.write(due('b', '2027-01-02T00:00:00.000Z'));
      await table.write(put({ pk, sk: 'no instant', dueSlot: slot }));
      const until = '2027-01-03T00:00:00.000Z';
      const all = async () => (await table.due(marketing, { slot, until })).items;
      const shown = await eventually(all, (items) => items.length === 3);
      expect(shown.map(({ sk }) => sk)).toEqual(['a', 'b', 'c']);
      expect(shown[0]).toEqual({ pk, sk: 'a', dueSlot: slot, dueAt: '2027-01-01T00:00:00.000Z' });
    });

    it('follows an item that moves and leaves', async () => {
      const key = { pk: fresh() };
      const slot = fresh();
      const profiles = 'profiles' as const;
      const change = { kind: 'update', table: profiles, key } as const;
      const shown = async () =>
        (await table.due(profiles, { slot, until: '2029' })).items.map(({ dueAt }) => dueAt);
      await table.write({ ...change, set: { dueSlot: slot, dueAt: '2028' } });
      expect(await eventually(shown, (items) => items.length === 1)).toEqual(['2028']);
      await table.write({ ...change, set: { dueAt: '2027' } });
      expect(await eventually(shown, ([first]) => first === '2027')).toEqual(['2027']);
      await table.write({ ...change, remove: ['dueAt'] });
      expect(await eventually(shown, (items) => items.length === 0)).toEqual([]);
    });

    it('comes in pages that miss nothing', async () => {
      const [pk, slot] = [fresh(), fresh()];
      const names = Array.from({ length: 25 }, (_, n) => `i${n + 10}`);
      for (const sk of names) await table.write(put({ pk, sk, dueSlot: slot, dueAt: '2027' }));
      const pages = async () => {
        const found: string[] = [];
        let after: string | null = null;
        do {
          const query = { slot, until: '2027', limit: 7, after };
          const page: Awaited<ReturnType<Table['due']>> = await table.due(marketing, query);
          expect(page.items.length).toBeLessThanOrEqual(7);
          found.push(...page.items.map(({ sk }) => sk ?? ''));
          after = page.after;
        } while (after !== null);
        return found.sort();
      };
      expect(await eventually(pages, (found) => found.length === 25)).toEqual(names);
    });
  });

  it('answers a broken cursor with InvalidRequest', async () => {
    await expect(table.query(marketing, { pk: 'a', after: '***' })).rejects.toThrow(InvalidRequest);
  });
};
