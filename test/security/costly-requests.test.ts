import { describe, expect, it } from 'vitest';
import { normaliseEmail } from '../../shared/domain/identity/identifier.ts';
import { linksInText } from '../../shared/domain/templates/links.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

describe('a small request that would be much work', () => {
  it('is refused where a batch says much for each of many', async () => {
    await using world = await aWorld();
    const office = await anOffice(world);
    const { key } = await office.done('POST', '/admin/sources/shop/keys');
    const headers = { 'x-write-key': String(key) };
    const item = { type: 'track', userId: 'c-1', event: 'Seen' };
    const posted = (characters: number, items: number, own = {}) =>
      world.request('POST', '/v1/batch', {
        headers,
        body: {
          context: { page: 'x'.repeat(characters) },
          batch: Array.from({ length: items }, () => ({ ...item, ...own })),
        },
      });
    const refused = await posted(10_000, 500);
    expect(refused.status).toBe(422);
    expect(refused.json()).toMatchObject({
      errors: [{ path: 'context', message: expect.stringContaining('each of the 500 items') }],
    });
    expect((await posted(10_000, 500, { context: {} })).status).toBe(422);
    expect((await posted(100_000, 5)).status).toBe(200);
    expect((await posted(1_000, 500)).status).toBe(200);
  });

  it('is read no further where an email address is far too long', () => {
    expect(normaliseEmail(`${' '.repeat(500)}Anna@Example.com `)).toBe('anna@example.com');
    // Each mark has to find its place among all the others: a minute, were it looked at.
    expect(normaliseEmail(`a${'\u0315\u0300'.repeat(1_000_000)}@example.com`)).toBeUndefined();
  }, 20_000);
});

describe('a name that would be much work', () => {
  it('holds up nobody else where it is a link that brackets close', () => {
    const closed = ')'.repeat(1_000_000);
    const [link, ...others] = linksInText(`Hello https://shop.example/a_(b)${closed}.`);
    expect(others).toEqual([]);
    expect(link?.target).toBe('https://shop.example/a_(b)');
  }, 20_000);
});
