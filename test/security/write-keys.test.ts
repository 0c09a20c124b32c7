import { describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import type { Page } from '../../shared/ports/table.ts';
import { anOffice } from '../support/campaigns.ts';
import { aWorld } from '../support/world.ts';

const keyOf = async (world: World, source: string): Promise<string> => {
  const { done } = await anOffice(world);
  await done('PUT', `/admin/sources/${source}`, { name: source });
  return String((await done('POST', `/admin/sources/${source}/keys`))['key']);
};

describe('a write key', () => {
  it('posts, and reads and changes nothing else', async () => {
    await using world = await aWorld();
    const key = await keyOf(world, 'blog');
    const calls = [
      ['GET', '/admin/segments'],
      ['GET', '/admin/profiles?email=anna@example.com'],
      ['PUT', '/admin/sources/blog'],
      ['POST', '/admin/sources/blog/keys'],
      ['GET', '/v1/leads'],
      ['GET', '/v1/identify'],
      ['DELETE', '/v1/leads'],
    ] as const;
    const shown = [
      { 'x-write-key': key },
      { authorization: `Basic ${btoa(`${key}:`)}` },
      { authorization: `Bearer ${key}` },
    ];
    for (const [method, path] of calls) {
      for (const headers of shown) {
        const answer = await world.request(method, path, { headers, body: { writeKey: key } });
        expect([path, answer.status >= 400, answer.text.includes(key)]).toEqual([
          path,
          true,
          false,
        ]);
      }
    }
  });

  it('is stored nowhere as it is, and shown once', async () => {
    await using world = await aWorld();
    const key = await keyOf(world, 'blog');
    const posted = await world.request('POST', '/v1/leads', {
      headers: { 'x-write-key': key },
      body: { email: 'anna@example.com' },
    });
    expect(posted.status).toBe(202);
    await world.settle();
    const { table } = world.ports;
    for (const name of ['marketing', 'profiles', 'timeline'] as const) {
      let after: string | null = null;
      do {
        const page: Page = await table.scan(name, { segment: 0, segments: 1, after });
        expect(JSON.stringify(page.items)).not.toContain(key);
        after = page.after;
      } while (after !== null);
    }
    const read = await world.request('GET', '/admin/sources/blog', { admin: true });
    expect(read.text).not.toContain(key);
  });

  it('that is revoked, cut or guessed is none, and the refusal tells no more of one than of another', async () => {
    await using world = await aWorld();
    const key = await keyOf(world, 'blog');
    const { done } = await anOffice(world);
    const source = await done('GET', '/admin/sources/blog');
    const [{ id } = { id: '' }] = source['keys'] as { id: string }[]; // as the API says
    const post = (writeKey: string) =>
      world.request('POST', '/v1/leads', {
        headers: { 'x-write-key': writeKey },
        body: { email: 'anna@example.com' },
      });
    expect((await post(key)).status).toBe(202);
    await done('DELETE', `/admin/sources/blog/keys/${id}`);
    const wrong = [
      key,
      key.slice(0, -1),
      `${key}x`,
      key.toUpperCase(),
      id,
      'guessed',
      '*',
      "' or 1",
    ];
    const answers = await Promise.all(wrong.map(post));
    expect(answers.map(({ status }) => status)).toEqual(wrong.map(() => 401));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('says which website posted: nobody posts in the name of another', async () => {
    await using world = await aWorld();
    const [blog, shop] = [await keyOf(world, 'blog'), await keyOf(world, 'store')];
    expect(blog).not.toBe(shop);
    await world.request('POST', '/v1/leads', {
      headers: { 'x-write-key': blog },
      body: { externalId: 'c-1', source: 'store', messageId: 'm-1' },
    });
    // The same message id of another website is another message.
    await world.request('POST', '/v1/leads', {
      headers: { 'x-write-key': shop },
      body: { externalId: 'c-1', attributes: { city: 'Riga' }, messageId: 'm-1' },
    });
    await world.settle();
    const { done } = await anOffice(world);
    expect(await done('GET', '/admin/profiles?externalId=c-1')).toMatchObject({
      attributes: { city: 'Riga' },
    });
  });
});
