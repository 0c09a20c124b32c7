import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { hashWriteKey } from '../../shared/runtime/http/write-key.ts';
import { keyCopies } from '../../shared/stores/sources.ts';
import { anOffice } from '../support/campaigns.ts';
import { ask, modes } from '../support/modes.ts';
import { aWorld } from '../support/world.ts';

/** Enough for every copy to be asked: in a hundred million runs one is left out. */
const many = Array.from({ length: keyCopies * 20 }, (_, index) => index);

/** What leads that carry the key are answered, each answer once. */
async function answersOf(world: World, key: string): Promise<readonly number[]> {
  const headers = { 'x-write-key': key };
  const answers = await Promise.all(
    many.map((index) =>
      ask(world, 'POST', '/v1/leads', { headers, body: { email: `lead-${index}@example.com` } }),
    ),
  );
  return [...new Set(answers.map(({ status }) => status))];
}

describe.each(modes)('a write key, hostile %s', (hostile) => {
  it('works as soon as it is shown, and no more as soon as it is revoked, whichever copy is asked', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    const { key, id } = await office.done('POST', '/admin/sources/shop/keys');
    expect(await answersOf(world, String(key))).toEqual([202]);
    await office.done('DELETE', `/admin/sources/shop/keys/${String(id)}`);
    expect(await answersOf(world, String(key))).toEqual([401]);
  });

  it('that was made before there were copies works until it is revoked', async () => {
    await using world = await aWorld({ hostile });
    const office = await anOffice(world);
    const key = 'made-long-ago';
    const hash = hashWriteKey(key);
    const rows = [
      { pk: `write-key#${hash}`, sk: '-', source: 'shop' },
      { pk: 'source-keys#shop', sk: 'old', hash, createdAt: world.now() },
    ];
    for (const item of rows) {
      await world.ports.table.write({ kind: 'put', table: 'marketing', item });
    }
    expect(await answersOf(world, key)).toEqual([202]);
    await office.done('DELETE', '/admin/sources/shop/keys/old');
    expect(await answersOf(world, key)).toEqual([401]);
  });
});

it('is read from all of its copies alike, so that no partition answers for all requests', async () => {
  const reads = new Map<string, number>();
  await using world = await aWorld({
    around: ({ file }, granted) => ({
      ...granted,
      table: {
        ...granted.table,
        get: (table, key, options) => {
          if (file === 'functions/http/public.ts') reads.set(key.pk, (reads.get(key.pk) ?? 0) + 1);
          return granted.table.get(table, key, options);
        },
      },
    }),
  });
  const office = await anOffice(world);
  const { key } = await office.done('POST', '/admin/sources/shop/keys');
  await answersOf(world, String(key));
  expect(reads.size).toBe(keyCopies);
  expect([...reads.values()].reduce((sum, count) => sum + count, 0)).toBe(many.length);
});
