import { describe, expect, it } from 'vitest';
import {
  InvalidRequest,
  type Item,
  type Table,
  Throttled,
  type Value,
} from '../../shared/ports/table.ts';
import { fresh } from './table-suite.ts';

const marketing = 'marketing' as const;
const key = { pk: 'limits', sk: 'a' };

const nested = (depth: number): Value => (depth === 0 ? 'deep' : [nested(depth - 1)]);

/** Items that are refused. The types rule some of them out; data from outside does not know the types. */
const badItems: Record<string, unknown> = {
  'an empty partition key': { pk: '', sk: 'a' },
  'an empty sort key': { pk: 'a', sk: '' },
  'no sort key': { pk: 'a' },
  'a partition key of 2049 bytes': { pk: `${'é'.repeat(1024)}x`, sk: 'a' },
  'a sort key of 1025 bytes': { pk: 'a', sk: `${'é'.repeat(512)}x` },
  'a key with half a surrogate pair': { pk: 'a', sk: '\ud800' },
  'a number that is none': { ...key, n: Number.NaN },
  'an infinite number': { ...key, list: [Number.POSITIVE_INFINITY] },
  'a number too large': { ...key, n: 1e200 },
  'a number too small': { ...key, n: 1e-200 },
  'bytes inside a list': { ...key, list: [new Uint8Array([1])] },
  'bytes inside a map': { ...key, map: { bytes: new Uint8Array([1]) } },
  'values nested 33 deep': { ...key, deep: nested(33) },
  "the adapters' own attribute": { ...key, attempt: 'mine' },
  'a due slot that is no text': { ...key, dueSlot: 7, dueAt: '2027' },
  'an empty due instant': { ...key, dueSlot: 's', dueAt: '' },
  'more than 400 KB of text': { ...key, text: 'é'.repeat(205_000) },
  'more than 400 KB of bytes': { ...key, bytes: new Uint8Array(410_000) },
};

/** What a call answers or throws once it is neither throttled nor contended. */
const refusal = async (call: () => Promise<unknown>): Promise<unknown> => {
  for (;;) {
    const error = await call().catch((thrown: unknown) => thrown);
    const isContended = typeof error === 'object' && error !== null && 'kind' in error;
    if (isContended && error.kind === 'contended') continue;
    if (!(error instanceof Throttled)) return error;
  }
};

/** The limits that no adapter lets anyone pass. */
export const describeLimits = (open: () => Table): void => {
  describe('the limits', () => {
    it.each(Object.keys(badItems))('refuse %s', async (name) => {
      // A bad item is the point here.
      const item = badItems[name] as Item;
      const put = { kind: 'put', table: marketing, item } as const;
      expect(await refusal(async () => open().write(put))).toBeInstanceOf(InvalidRequest);
    });

    it('let through what just fits', async () => {
      const pk = fresh().padEnd(2048, 'x');
      const sk = 'é'.repeat(512);
      const item = { pk, sk, text: 'x'.repeat(400_000) };
      const longest = { kind: 'put', table: marketing, item } as const;
      expect(await refusal(async () => open().write(longest))).toEqual({ kind: 'written' });
      const deep = { ...key, deep: nested(31), tiny: 1e-100, large: 9e125 };
      const write = { kind: 'put', table: marketing, item: deep } as const;
      expect(await refusal(async () => open().write(write))).toEqual({ kind: 'written' });
    });

    it('refuse a sort key in profiles', async () => {
      const write = { kind: 'put', table: 'profiles', item: key } as const;
      expect(await refusal(async () => open().write(write))).toBeInstanceOf(InvalidRequest);
      expect(await refusal(async () => open().get('profiles', key))).toBeInstanceOf(InvalidRequest);
    });

    it.each([
      ['of the key', { set: { sk: 'b' } }],
      ['of one attribute in two ways', { set: { n: 1 }, add: { n: 1 } }],
      ['that adds to a text', { add: { text: 1 } }],
      ['that adds what is no number', { add: { n: Number.NaN } }],
      ["of the adapters' own attribute", { remove: ['attempt'] }],
      ['past 400 KB', { set: { more: 'x'.repeat(300_000) } }],
    ])('refuse an update %s', async (_, change) => {
      const item = { pk: fresh(), sk: 'a', text: 'x'.repeat(200_000) };
      const put = { kind: 'put', table: marketing, item } as const;
      await refusal(async () => open().write(put));
      const { pk, sk } = item;
      const update = { kind: 'update', table: marketing, key: { pk, sk }, ...change } as const;
      expect(await refusal(async () => open().write(update))).toBeInstanceOf(InvalidRequest);
    });

    it('refuse a transaction that is empty, too long or acts twice on an item', async () => {
      const pk = fresh();
      const puts = (count: number, text: string) =>
        Array.from(
          { length: count },
          (_, n) => ({ kind: 'put', table: marketing, item: { pk, sk: `${n}`, text } }) as const,
        );
      const twice = [...puts(1, 'a'), ...puts(1, 'b')];
      for (const actions of [[], puts(101, ''), twice]) {
        const error = await refusal(async () => open().transact(actions));
        expect(error).toBeInstanceOf(InvalidRequest);
      }
    });

    it('refuse pages of nothing, and a prefix together with a range', async () => {
      const query = async (more: object) =>
        refusal(async () => open().query(marketing, { pk: 'a', ...more }));
      expect(await query({ limit: 0 })).toBeInstanceOf(InvalidRequest);
      expect(await query({ prefix: 'a', to: 'b' })).toBeInstanceOf(InvalidRequest);
      expect(await query({ prefix: '' })).toBeInstanceOf(InvalidRequest);
      const scan = { segment: 3, segments: 3 };
      expect(await refusal(async () => open().scan(marketing, scan))).toBeInstanceOf(
        InvalidRequest,
      );
    });
  });
};
