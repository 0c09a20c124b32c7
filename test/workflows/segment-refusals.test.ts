import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { maxSegments } from '../../shared/domain/segments/segment-definition.ts';
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

  it('is refused with the first hundred of what is wrong, however much it is', async () => {
    await using world = await aWorld();
    const oneOf = Array.from({ length: 100_000 }, () => null);
    const body = { name: 'wrong', rule: { attribute: 'city', oneOf } };
    const answer = await world.request('PUT', '/admin/segments/wrong', { admin: true, body });
    const { detail, errors } = answer.json() as Problem & { readonly detail: string };
    expect([answer.status, errors.length, errors[99]?.path]).toEqual([422, 100, 'rule.oneOf[99]']);
    expect(detail).toContain('(the first 100 of 100000 errors are named)');
  });

  it('is refused when it is too large to be stored', async () => {
    await using world = await aWorld();
    const values = (count: number) => ({
      attribute: 'city',
      oneOf: Array.from({ length: count }, (_, index) => `${index}`.padEnd(997, 'ā')),
    });
    expect(await define(world, 'large', values(45))).toBe(200);
    expect(await define(world, 'large', values(50))).toBe(200);
    expect(await define(world, 'larger', values(51))).toEqual([
      422,
      'rule: must be at most 100000 bytes of JSON',
    ]);
  });

  it('is refused when all rules together are too large to be kept', async () => {
    await using world = await aWorld();
    const events = (of: string) => ({
      any: Array.from({ length: 90 }, (_, index) => ({ did: `${of}${index}`.padEnd(1000, 'x') })),
    });
    expect(await define(world, 'first', events('a'))).toBe(200);
    expect(await define(world, 'second', events('b'))).toBe(200);
    expect(await define(world, 'third', events('c'))).toEqual([
      422,
      ': all rules together name too many events and conditions: use fewer or shorter',
    ]);
    await built(world);
    expect(await define(world, 'second', riga)).toBe(200);
    await built(world);
    expect(await define(world, 'third', events('c'))).toBe(200);
  });

  it('is refused when too much would have to change at once with it', async () => {
    await using world = await aWorld();
    const large = (of: string, ...more: readonly unknown[]) => ({
      any: [...more, { attribute: 'city', oneOf: [of.padEnd(95_000, 'x')] }],
    });
    await define(world, 'inner', riga);
    await define(world, 'scored', { rfm: 'Lost' });
    for (let index = 0; index < 10; index += 1) {
      const rule = large(`${index}`, { in: index < 5 ? 'inner' : 'scored' });
      expect(await define(world, `s-${index}`, rule)).toBe(200);
    }
    const tooMuch =
      ': the rules of all segments that this changes must be at most 1000000 bytes of JSON';
    expect(await define(world, 'inner', large('in', { rfm: 'New' }))).toEqual([422, tooMuch]);
    expect(await define(world, 'inner', large('in'))).toBe(200);
    await built(world);
    await world.advance('P2D');
    expect([world.failures(), world.deadLetters()]).toEqual([[], []]);
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
