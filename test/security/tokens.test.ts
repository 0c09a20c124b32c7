import { generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { aWorld } from '../support/world.ts';

const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

const partsOf = (token: string): readonly [string, Record<string, unknown>, string] => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return [header, claims as Record<string, unknown>, signature]; // a payload is an object
};

describe('a token of the admin API', () => {
  it('that was forged lets nobody in', async () => {
    await using world = await aWorld();
    const [header, claims, signature] = partsOf(world.adminToken);
    const guessed = Buffer.alloc(32, 1);
    const pair = await generateKeyPair('RS256');
    const signed = (changes: object, key: Parameters<SignJWT['sign']>[0], alg = 'HS256') =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(key);
    const forged: Readonly<Record<string, string>> = {
      'of no signature': `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims)}.`,
      'of no signature, with the old one': `${encoded({ alg: 'none' })}.${encoded(claims)}.${signature}`,
      'with other claims under the same signature': `${header}.${encoded({ ...claims, sub: 'root' })}.${signature}`,
      'signed with another secret': await signed({}, guessed),
      'signed with an empty secret': await signed({}, Buffer.alloc(32)),
      'signed with a key of another kind': await signed({}, pair.privateKey, 'RS256'),
      'cut short': world.adminToken.slice(0, -1),
      'with a word behind it': `${world.adminToken}x`,
      'of nothing': '..',
    };
    for (const [how, token] of Object.entries(forged)) {
      const headers = { authorization: `Bearer ${token}` };
      const { status } = await world.request('GET', '/admin/segments', { headers });
      expect([how, status]).toEqual([how, 401]);
    }
  });

  it('is taken from its header only, so that none lands in a log or a referrer', async () => {
    await using world = await aWorld();
    const { adminToken: token } = world;
    const asked = (path: string, headers: Readonly<Record<string, string>> = {}) =>
      world.request('GET', path, { headers });
    expect((await asked('/admin/segments', { authorization: `Bearer ${token}` })).status).toBe(200);
    const elsewhere = [
      await asked(`/admin/segments?access_token=${token}`),
      await asked(`/admin/segments?token=${token}`),
      await asked('/admin/segments', { cookie: `access_token=${token}` }),
      await asked('/admin/segments', { 'x-access-token': token }),
      await asked('/admin/segments', { authorization: token }),
      await asked('/admin/segments', { authorization: `Basic ${btoa(`${token}:`)}` }),
    ];
    expect(elsewhere.map(({ status }) => status)).toEqual(elsewhere.map(() => 401));
  });

  it('is asked for however the path is written', async () => {
    await using world = await aWorld();
    const paths = [
      '/admin/segments/',
      '//admin/segments',
      '/admin//segments',
      '/ADMIN/segments',
      '/%61dmin/segments',
      '/v1/../admin/segments',
      '/v1/%2e%2e/admin/segments',
      '/admin/segments%00',
      '/health/../admin/segments',
      '/admin;x/segments',
    ];
    for (const path of paths) {
      const { status } = await world.request('GET', path);
      expect([path, [401, 404].includes(status)]).toEqual([path, true]);
    }
  });
});
