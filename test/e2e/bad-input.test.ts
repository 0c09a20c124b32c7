import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../../infra/local/world.ts';
import { ask, modes } from '../support/modes.ts';
import { type Problem, pathsOf, type RefusedRequest, refusal } from '../support/refusal.ts';
import { aSite, built } from '../support/site.ts';
import { aWorld } from '../support/world.ts';

describe.each(modes)('in a world that is hostile %s', (hostile) => {
  let world: World & AsyncDisposable;
  let profile: string;

  beforeAll(async () => {
    world = await aWorld({ hostile });
    const site = await aSite(world);
    await site.segment('riga', { attribute: 'city', equals: 'Riga' });
    await site.segment('not-riga', { not: { in: 'riga' } });
    await built(world);
    await site.post('/v1/leads', { externalId: 'c-1', attributes: { city: 'Riga' } });
    const template = { name: 'March', channel: 'sms', text: 'Hello' };
    await site.admin('PUT', '/admin/templates/march', template);
    await world.settle();
    const found = await site.admin('GET', '/admin/profiles?externalId=c-1');
    profile = (found.json() as { id: string }).id; // a profile, as the API says
  });

  afterAll(() => world.close());

  const refused = (method: string, path: string, request: RefusedRequest = {}): Promise<Problem> =>
    refusal(world, method, path, request);

  const lead = { email: 'anna@example.com' };
  const large = 'x'.repeat(600 * 1024);

  describe('what is no request of ours', () => {
    it.each<[string, string, RefusedRequest, number, string]>([
      ['POST', '/v1/leads', { body: '{"email": "anna@example.com"' }, 400, 'JSON'],
      ['POST', '/v1/leads', { body: '' }, 400, 'empty'],
      ['POST', '/v1/track', { body: 'not json' }, 400, 'JSON'],
      ['PUT', '/admin/segments/new', { body: '{' }, 400, 'JSON'],
      ['POST', '/v1/leads', { body: new URLSearchParams(lead) }, 415, 'application/json'],
      ['POST', '/v1/leads', { body: { ...lead, attributes: { large } } }, 413, '512 KB'],
      ['POST', '/v1/leads', { body: lead, headers: { 'x-write-key': '' } }, 401, 'missing'],
      [
        'POST',
        '/v1/leads',
        { body: lead, headers: { 'x-write-key': 'guessed' } },
        401,
        'not known',
      ],
      ['POST', '/v1/batch', { body: { batch: [] }, headers: { 'x-write-key': 'x' } }, 401, 'known'],
      ['POST', '/v1/lead', { body: lead }, 404, '/v1/lead'],
      ['POST', '/v2/leads', { body: lead }, 404, '/v2/leads'],
      ['GET', '/admin/segment', {}, 404, '/admin/segment'],
      ['GET', '/v1/leads', {}, 405, 'POST'],
      ['POST', '/admin/segments/riga', { body: {} }, 405, 'PUT'],
      ['GET', '/admin/profiles/nobody', {}, 404, 'profile'],
      ['GET', '/admin/profiles/nobody/timeline', {}, 404, 'profile'],
      ['GET', '/admin/profiles?externalId=c-99', {}, 404, 'profile'],
      ['GET', '/admin/segments/none', {}, 404, 'none'],
      ['GET', '/admin/segments/none/members', {}, 404, 'none'],
      ['DELETE', '/admin/segments/none', {}, 404, 'none'],
      ['POST', '/admin/quarantine/none/replay', {}, 404, 'none'],
      ['POST', '/admin/sources/none/keys', {}, 404, 'none'],
      ['DELETE', '/admin/segments/riga', {}, 409, 'not-riga'],
    ])('%s %s %j is refused with %i', async (method, path, request, status, fix) => {
      const problem = await refused(method, path, request);
      expect(problem.status).toBe(status);
      expect(problem.detail).toContain(fix);
    });

    it('is refused without an admin token, which the API itself checks', async () => {
      const answer = await ask(world, 'GET', '/admin/segments');
      expect(answer.status).toBe(401);
    });
  });

  const segment = (rule: unknown) => ({ name: 'New', rule });
  const campaign = {
    name: 'March',
    topic: 'offers',
    audience: { include: ['riga'] },
    schedule: { at: '2027-03-08T10:00', timeZone: 'UTC' },
    message: { channel: 'sms', template: 'march' },
  };

  describe('a field that is wrong', () => {
    it.each<[string, string, unknown, readonly string[]]>([
      ['POST', '/v1/leads', [], ['']],
      ['POST', '/v1/leads', { attributes: {} }, ['']],
      ['POST', '/v1/leads', { ...lead, colour: 'red', size: 1 }, ['colour', 'size']],
      ['POST', '/v1/leads', { email: 'anna' }, ['email']],
      ['POST', '/v1/leads', { email: '' }, ['email']],
      ['POST', '/v1/leads', { email: 7, phone: [] }, ['email', 'phone']],
      ['POST', '/v1/leads', { ...lead, phone: '20000000' }, ['phone']],
      ['POST', '/v1/leads', { ...lead, attributes: 'Riga' }, ['attributes']],
      ['POST', '/v1/leads', { ...lead, attributes: { a: [{ n: 1e300 }] } }, ['attributes.a[0].n']],
      ['POST', '/v1/leads', { ...lead, occurredAt: '21.11.2026' }, ['occurredAt']],
      [
        'POST',
        '/v1/leads',
        { ...lead, consents: [{ topic: 'offers', channel: 'fax', given: 'yes' }] },
        ['consents[0].channel', 'consents[0].given'],
      ],
      [
        'POST',
        '/v1/leads',
        { ...lead, attributes: { l: 'ж'.repeat(90_000) }, context: { l: 'ж'.repeat(90_000) } },
        [''],
      ],
      ['POST', '/v1/identify', { traits: { plan: 'pro' } }, ['']],
      ['POST', '/v1/track', { userId: 'c-1' }, ['event']],
      ['POST', '/v1/track', { userId: 'c-1', event: 3 }, ['event']],
      ['POST', '/v1/track', { userId: 'c-1', event: 'E', timestamp: 'now' }, ['timestamp']],
      ['POST', '/v1/page', { userId: 'c-1', properties: 'url' }, ['properties']],
      ['POST', '/v1/batch', {}, ['batch']],
      ['POST', '/v1/batch', { batch: [] }, ['batch']],
      ['POST', '/v1/batch', { batch: Array.from({ length: 501 }, () => ({})) }, ['batch']],
      [
        'POST',
        '/v1/batch',
        { batch: [7, { type: 'alias' }, { type: 'track', userId: 'c-1' }, { type: 'identify' }] },
        ['batch[0]', 'batch[1].type', 'batch[2].event', 'batch[3]'],
      ],
      [
        'POST',
        '/v1/batch',
        {
          context: { ip: '::1' },
          batch: ['text', 7, [1]].map((context) => ({
            type: 'track',
            userId: 'c-1',
            event: 'E',
            context,
          })),
        },
        ['batch[0].context', 'batch[1].context', 'batch[2].context'],
      ],
      ['PUT', '/admin/sources/new', { name: '', colour: 1 }, ['name', 'colour']],
      ['PUT', '/admin/sources/a%20b', { name: 'New' }, ['id']],
      ['PUT', '/admin/segments/a%20b', segment({ did: 'E' }), ['id']],
      ['PUT', '/admin/segments/new', { name: 'New' }, ['rule']],
      ['PUT', '/admin/segments/new', { ...segment({ did: 'E' }), colour: 1 }, ['colour']],
      ['PUT', '/admin/segments/new', segment({ dod: 'E' }), ['rule.dod']],
      [
        'PUT',
        '/admin/segments/new',
        segment({ all: [{ did: 'E', withn: 'P1D' }, { attribute: 'a' }] }),
        ['rule.all[0].withn', 'rule.all[1].attribute'],
      ],
      ['PUT', '/admin/segments/new', segment({ did: 'E', within: '3 days' }), ['rule.within']],
      ['PUT', '/admin/segments/new', segment({ any: [{ in: 'none' }] }), ['rule.any[0].in']],
      ['PUT', '/admin/segments/new', segment({ not: { list: 'none' } }), ['rule.not.list']],
      ['PUT', '/admin/segments/riga', segment({ not: { in: 'not-riga' } }), ['rule.not.in']],
      ['PUT', '/admin/segments/riga', segment({ in: 'riga' }), ['rule.in']],
      ['PUT', '/admin/templates/new', { name: 'N', channel: 'sms', text: '{{ a | }' }, ['text']],
      ['PUT', '/admin/templates/new', { name: 'N', channel: 'sms', text: '{% if %}' }, ['text']],
      ['PUT', '/admin/templates/new', { name: 'N', channel: 'fax', text: 'Hello' }, ['channel']],
      [
        'PUT',
        '/admin/campaigns/new',
        { ...campaign, audience: { include: ['riga', 'none'], exclude: ['no-more'] } },
        ['audience.include[1]', 'audience.exclude[0]'],
      ],
      [
        'PUT',
        '/admin/campaigns/new',
        { ...campaign, message: { channel: 'sms', template: 'none' } },
        ['message.template'],
      ],
      [
        'PUT',
        '/admin/campaigns/new',
        { ...campaign, message: { channel: 'email', template: 'march' } },
        ['message.template'],
      ],
      [
        'PUT',
        '/admin/campaigns/new',
        { ...campaign, schedule: { cron: '0 10 31 2 ? *', timeZone: 'UTC' } },
        ['schedule.cron'],
      ],
      ['PUT', '/admin/campaigns/new', { ...campaign, colour: 1 }, ['colour']],
    ])('%s %s %j is named by its path', async (method, path, body, paths) => {
      const problem = await refused(method, path, { body });
      expect([problem.status, pathsOf(problem)]).toEqual([422, paths]);
      for (const { message } of problem.errors ?? []) expect(message).not.toBe('');
    });

    it.each([
      '/admin/segments/riga/members?after=nonsense',
      '/admin/segments/riga/members?after=WzAsIm5vbnNlbnNlIl0', // [0,"nonsense"]
      '/admin/segments/riga/members?after=Wzk5LG51bGxd', // [99,null]
      '/admin/quarantine?after=nonsense',
      '/admin/sources?after=nonsense',
      '/admin/campaigns?after=nonsense',
      '/admin/suppressions?after=nonsense',
      'timeline?after=nonsense',
    ])('%s is no cursor', async (path) => {
      const at = path.startsWith('/') ? path : `/admin/profiles/${profile}/${path}`;
      const problem = await refused('GET', at);
      expect([problem.status, pathsOf(problem)]).toEqual([422, ['after']]);
    });

    it.each([
      ['/admin/segments?before=x', 'before'],
      ['/admin/profiles?email=anna', 'email'],
      ['/admin/profiles?phone=1', 'phone'],
      ['/admin/profiles?name=Anna', 'name'],
    ])('%s is named by its path', async (path, field) => {
      const problem = await refused('GET', path);
      expect([problem.status, pathsOf(problem)]).toEqual([422, [field]]);
    });

    it.each([
      ['/admin/profiles', ['externalId', 'email', 'phone', 'anonymousId']],
      ['/admin/profiles?email=a@example.com&phone=%2B37120000000', ['email', 'phone']],
    ])('%s asks for exactly one and names the parameters', async (path, paths) => {
      const problem = await refused('GET', path);
      expect(problem).toMatchObject({
        status: 422,
        detail: expect.stringContaining('exactly one'),
      });
      expect(pathsOf(problem)).toEqual(paths);
    });

    it.each([
      `/admin/profiles/${'x'.repeat(3000)}`,
      `/admin/profiles/${'x'.repeat(3000)}/timeline`,
      `/admin/quarantine/${'x'.repeat(3000)}`,
      `/admin/segments/${'x'.repeat(3000)}/members`,
      `/admin/sources/${'x'.repeat(3000)}`,
    ])('an id that can be nobody’s is not found', async (path) => {
      expect((await refused('GET', path)).status).toBe(404);
    });
  });

  describe('a Segment call', () => {
    it('keeps what the spec and its clients add', async () => {
      const body = {
        userId: 'c-7',
        event: 'Seen',
        _metadata: { bundled: ['x'] },
        integrations: { all: 1 },
        writeKey: 'a-write-key',
        channel: 'client',
        version: 1,
        context: { library: { v: 1 } },
      };
      const answer = await ask(world, 'POST', '/v1/track', { body });
      expect([answer.status, answer.json()]).toEqual([200, { success: true }]);
    });

    it('in a batch with bad ones is kept, and the bad ones are named', async () => {
      const batch = [
        { type: 'track', userId: 'c-8', event: 'Seen' },
        { type: 'track', userId: 'c-8' },
        { type: 'identify', userId: 'c-9', traits: { city: 'Riga' } },
        { type: 'group', userId: 'c-8', groupId: 'g-1' },
      ];
      const headers = { authorization: `Basic ${Buffer.from('a-write-key:').toString('base64')}` };
      const answer = await ask(world, 'POST', '/v1/batch', { body: { batch }, headers });
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual({
        success: true,
        errors: [
          { path: 'batch[1].event', message: expect.any(String) },
          { path: 'batch[3].type', message: expect.stringContaining('track') },
        ],
      });
      await world.settle();
      for (const [id, status] of [
        ['c-8', 200],
        ['c-9', 200],
      ] as const) {
        const found = await ask(world, 'GET', `/admin/profiles?externalId=${id}`, { admin: true });
        expect(found.status).toBe(status);
      }
      expect(world.deadLetters()).toEqual([]);
    });
  });
});
