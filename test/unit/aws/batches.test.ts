import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksWithin } from '../../../shared/adapters/aws/chunks.ts';
import { acceptAll } from '../../../shared/adapters/aws/refused-entries.ts';

describe('cutting items into calls', () => {
  it('keeps every item in order, and no call over its limits but for a single item', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, (all) => {
        const items = all.map((bytes, place) => ({ bytes, place }));
        const chunks = chunksWithin(items, { count: 10, bytes: 100 });
        expect(chunks.flat()).toEqual(items);
        for (const chunk of chunks) {
          const total = chunk.reduce((sum, { bytes }) => sum + bytes, 0);
          expect(chunk.length).toBeGreaterThan(0);
          expect(chunk.length).toBeLessThanOrEqual(10);
          expect(total <= 100 || chunk.length === 1).toBe(true);
        }
      }),
    );
  });

  it('makes no more calls than it must', () => {
    const items = Array.from({ length: 25 }, () => ({ bytes: 1 }));
    expect(chunksWithin(items, { count: 10, bytes: 100 }).map((chunk) => chunk.length)).toEqual([
      10, 10, 5,
    ]);
  });
});

describe('a batch of which some entries are refused', () => {
  it('is tried again with the refused entries alone, as they were', async () => {
    const calls: (readonly string[])[] = [];
    await acceptAll(['a', 'b', 'c'], async (entries) => {
      calls.push(entries);
      const refused = calls.length === 1 ? ['b', 'c'] : calls.length === 2 ? ['c'] : [];
      return refused.map((entry) => ({ entry, reason: 'busy' }));
    });
    expect(calls).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
  });

  it('throws with the reason when an entry stays refused, so that nobody takes it for stored', async () => {
    let calls = 0;
    const sending = acceptAll(['a', 'b'], async () => {
      calls += 1;
      return [{ entry: 'b', reason: 'InternalError' }];
    });
    await expect(sending).rejects.toThrow('1 of 2 entries were not accepted: InternalError');
    expect(calls).toBe(4);
  });
});
