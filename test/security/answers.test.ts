import { describe, expect, it } from 'vitest';
import { aWorld } from '../support/world.ts';

const anyAnswer = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
};

describe('what browsers are told', () => {
  it('of every answer: keep nothing, guess no type, send no address on, and come by TLS', async () => {
    await using world = await aWorld();
    const answers = [
      await world.request('GET', '/health'),
      await world.request('GET', '/u/none'),
      await world.request('GET', '/l/none'),
      await world.request('GET', '/nowhere'),
      await world.request('POST', '/v1/leads', { body: {} }),
      await world.request('GET', '/admin/segments', { admin: true }),
      await world.request('GET', '/admin/segments', { admin: 'mia', groups: [] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404, 404, 401, 200, 403]);
    for (const { headers } of answers) expect(headers).toMatchObject(anyAnswer);
  });

  it('of a page: no script, no frame around it, no form that goes elsewhere', async () => {
    await using world = await aWorld();
    for (const path of ['/u/none', '/l/none']) {
      const { headers } = await world.request('GET', path);
      expect(headers['content-type']).toContain('text/html');
      const policy = headers['content-security-policy'] ?? '';
      expect(policy.split('; ').toSorted()).toEqual(
        [
          "default-src 'none'",
          "style-src 'unsafe-inline'",
          "form-action 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
        ].toSorted(),
      );
    }
  });
});
