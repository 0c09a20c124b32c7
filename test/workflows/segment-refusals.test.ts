import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { maxSegments } from '../../shared/domain/segments/definition.ts';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

const riga = { attribute: 'city', equals: 'Riga' };

type Problem = { readonly errors: readonly { readonly path: string; readonly message: string }[] };

/** The status of a definition, and what is wrong where. */
async function define(world: World, id: string, rule: unknown) {
  const body = { name: id, rule };
  const answer = await world.request('PUT', `/admin/segments/${id}`, { admin: true, body });
  if (answer.status === 200) return 200;
  // A problem document, as every refusal.
  const { errors } = answer.json() as Problem;
  return [answer.status, ...errors.map(({ path, message }) => `${path}: ${message}`)];
}

const deep = (levels: number): unknown => (levels === 1 ? riga : { not: deep(levels - 1) });

describe('a rule that cannot be', () => {
  it('is refused where it names a segment that is not there', async () => {
    await using world = await aWorld();
    expect(await define(world, 'mine', { any: [riga, { not: { in: 'vips' } }] })).toEqual([
      422,
      'rule.any[1].not.in: there is no segment "vips"',
    ]);
  });

  it('is refused where it uses itself, or another that does', async () => {
    await using world = await aWorld();
    await define(world, 'a', riga);
    await define(world, 'b', { all: [riga, { in: 'a' }] });
    await define(world, 'c', { not: { in: 'b' } });
    await built(world);
    expect(await define(world, 'a', { any: [riga, { in: 'a' }] })).toEqual([
      422,
      expect.stringMatching(/^rule\.any\[1\]\.in: .*a -> a/),
    ]);
    expect(await define(world, 'a', { all: [{ in: 'c' }] })).toEqual([
      422,
      expect.stringMatching(/^rule\.all\[0\]\.in: .*a -> c -> b -> a/),
    ]);
    expect(await define(world, 'd', { in: 'c' })).toBe(200);
  });

  it('is refused at the first of more than 500 parts, conditions on properties included', async () => {
    await using world = await aWorld();
    const parts = (count: number) => ({ all: Array.from({ length: count - 1 }, () => riga) });
    expect(await define(world, 'most', parts(500))).toBe(200);
    expect(await define(world, 'more', parts(501))).toEqual([
      422,
      'rule.all[499]: a rule has at most 500 parts',
    ]);
    const where = Array.from({ length: 500 }, () => ({ property: 'total', atLeast: 1 }));
    expect(await define(world, 'more', { did: 'Order Completed', where })).toEqual([
      422,
      'rule.where[499]: a rule has at most 500 parts',
    ]);
  });

  it('is refused at the level that is too deep', async () => {
    await using world = await aWorld();
    expect(await define(world, 'deepest', deep(20))).toBe(200);
    expect(await define(world, 'deeper', deep(21))).toEqual([
      422,
      `rule.${Array.from({ length: 20 }, () => 'not').join('.')}: a rule is at most 20 levels deep`,
    ]);
  });

  it('is refused when there are as many segments as there may be; those that are can be changed', async () => {
    await using world = await aWorld();
    const times = { createdAt: world.now(), updatedAt: world.now() };
    for (let index = 0; index < maxSegments; index += 1) {
      const item = { pk: 'segment', sk: `s-${index}`, name: 'S', rule: riga, version: 0, ...times };
      await world.ports.table.write({ kind: 'put', table: 'marketing', item });
    }
    expect(await define(world, 'one-more', riga)).toEqual([
      422,
      ': there are 500 segments already: delete one first',
    ]);
    expect(await define(world, 's-1', { not: riga })).toBe(200);
    const site = await aSite(world);
    await built(world);
    expect((await site.admin('DELETE', '/admin/segments/s-2')).status).toBe(202);
    await built(world);
    expect(await define(world, 'one-more', riga)).toBe(200);
  });
});
