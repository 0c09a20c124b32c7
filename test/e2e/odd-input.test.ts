import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { ask, modes } from '../support/modes.ts';
import { pathsOf, type RefusedRequest, refusal } from '../support/refusal.ts';
import { aSite } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('in a world that is hostile %s', (hostile) => {
  let world: World & AsyncDisposable;

  beforeAll(async () => {
    world = await aWorld({ hostile });
    const site = await aSite(world);
    const template = { name: 'March', channel: 'sms', text: 'Hello' };
    await site.admin('PUT', '/admin/templates/march', template);
  });

  afterAll(() => world.close());

  const refused = (method: string, path: string, request: RefusedRequest = {}) =>
    refusal(world, method, path, request);

  const lead = { email: 'anna@example.com' };
  const segment = (rule: unknown) => ({ name: 'New', rule });

  describe('what no form can send and a program can', () => {
    it.each([
      ['PUT', '/admin/segments/new', { name: 'half \ud83d', rule: { did: 'E' } }, 'name'],
      ['PUT', '/admin/segments/new', segment({ all: [{ did: '\ud83d' }] }), 'rule.all[0].did'],
      ['PUT', '/admin/topics/new', { name: '\udc00' }, 'name'],
      ['PUT', '/admin/templates/new', { name: 'N', channel: 'sms', text: '\ud83d' }, 'text'],
      ['PUT', '/admin/campaigns/new', { name: '\ud83d' }, 'name'],
      [
        'POST',
        '/admin/templates/march/preview',
        { profile: { attributes: { list: ['\ud83d\ude00', '\ud83d'] } } },
        'profile.attributes.list[1]',
      ],
      ['POST', '/v1/leads', { ...lead, attributes: { a: ['\ud83d'] } }, 'attributes.a[0]'],
      ['POST', '/v1/leads', { ...lead, source: '\ud83d' }, 'source'],
      ['POST', '/v1/track', { userId: '\ud83d', event: 'E' }, 'userId'],
      ['POST', '/v1/track', { userId: 'c-1', event: '\ud83d' }, 'event'],
      [
        'POST',
        '/v1/track',
        { userId: 'c-1', event: 'E', properties: { a: '\ud83d' } },
        'properties.a',
      ],
      ['POST', '/v1/identify', { userId: 'c-1', traits: { email: '\ud83d' } }, 'traits.email'],
      ['PUT', '/admin/segments/new', segment({ attribute: 'a', equals: 1e308 }), 'rule.equals'],
      [
        'PUT',
        '/admin/segments/new',
        segment({ did: 'E', between: ['x', 'P1M'] }),
        'rule.between[0]',
      ],
      [
        'PUT',
        '/admin/segments/new',
        segment({ attribute: 'd', anniversary: { inNext: 'x' } }),
        'rule.anniversary',
      ],
      [
        'POST',
        '/v1/leads',
        '{"email":"a@example.com","context":{"__proto__":1}}',
        'context.__proto__',
      ],
    ])('%s %s %j is named where it cannot be kept', async (method, path, body, at) => {
      const problem = await refused(method, path, { body });
      expect([problem.status, pathsOf(problem)]).toEqual([422, [at]]);
    });

    it.each(['[', '{"a":', '{"not":', '{"all":['])(
      'refuses %s a hundred thousand times in one another',
      async (open) => {
        const times = 500_000 / (2 * open.length);
        const close = open.includes('[') ? ']' : '';
        const end = open.startsWith('{') ? `${close}}` : close;
        const deep = `${open.repeat(times)}"\\ud83d"${end.repeat(times)}`;
        for (const body of [
          deep,
          `{"name":"N","rule":${deep}}`,
          `{"name":${deep.replace('\\u', '')}}`,
        ])
          expect((await refused('PUT', '/admin/segments/new', { body })).status).toBe(422);
      },
    );

    it('takes a whole surrogate pair', async () => {
      const body = '{"name":"\\ud83d\\ude00"}';
      expect((await ask(world, 'PUT', '/admin/topics/smile', { admin: true, body })).status).toBe(
        200,
      );
    });

    it('says for an id of a preview that nobody can have that it is too long', async () => {
      const request = { body: { profile: 'x'.repeat(100_000) } };
      const problem = await refused('POST', '/admin/templates/march/preview', request);
      expect([problem.status, pathsOf(problem)]).toEqual([422, ['profile']]);
    });

    it('is never an error of ours, whatever stands for an id', async () => {
      const document = await ask(world, 'GET', '/admin/openapi.json', { admin: true });
      const { paths } = document.json() as { paths: Record<string, Record<string, unknown>> }; // OpenAPI
      const ids = ['x'.repeat(1024), '€'.repeat(341), 'c@', '@', 'c@x', `c@${'x'.repeat(1022)}`];
      const odd = ['%00', '..', '__proto__', '%EF%BF%BF', '%2F', 'a%23b', '%25', "'", '%0d%0aX'];
      let asked = 0;
      for (const [path, methods] of Object.entries(paths)) {
        if (!path.includes('{') || path.startsWith('/u/')) continue;
        for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
          for (const id of [...ids.map(encodeURIComponent), ...odd]) {
            const body = method === 'PUT' || method === 'POST' ? {} : undefined;
            const at = path.replaceAll(/\{\w+\}/g, () => id);
            const answer = await ask(world, method, at, { admin: true, body });
            asked += 1;
            expect(answer.status, `${method} ${at.slice(0, 80)}`).toBeLessThan(500);
          }
        }
      }
      expect(asked).toBeGreaterThan(200);
    });
  });

  describe('HEAD', () => {
    it.each(['/health', '/admin/segments', '/admin/segments/none', '/u/made-up', '/v1/leads'])(
      'answers at %s what GET does, without its body',
      async (path) => {
        const [head, get] = [
          await ask(world, 'HEAD', path, { admin: true }),
          await ask(world, 'GET', path, { admin: true }),
        ];
        expect([head.status, head.headers]).toEqual([get.status, get.headers]);
        expect(head.text).toBe('');
      },
    );
  });
});
