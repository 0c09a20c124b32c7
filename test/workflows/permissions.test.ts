import { describe, expect, it } from 'vitest';
import { httpAnswer, httpEvent } from '../../infra/local/http-event.ts';
import { asHttpRequest } from '../../infra/local/world-request.ts';
import { type Role, roles } from '../../shared/domain/access/permission.ts';
import { aWorld } from '../support/world.ts';

type Call = readonly [method: string, path: string, body?: unknown];

/** One call of each permission that changes nothing, and who may make it. */
const calls: readonly (readonly [Call, readonly Role[]])[] = [
  [
    ['GET', '/admin/segments'],
    ['analyst', 'marketer', 'approver', 'admin'],
  ],
  [
    ['GET', '/admin/suppressions'],
    ['marketer', 'approver', 'admin'],
  ],
  [
    ['POST', '/admin/campaigns/none/launch'],
    ['marketer', 'admin'],
  ],
  [
    ['POST', '/admin/campaigns/none/pause'],
    ['marketer', 'approver', 'admin'],
  ],
  [
    ['POST', '/admin/campaigns/none/approve'],
    ['approver', 'admin'],
  ],
  [['GET', '/admin/quarantine'], ['admin']],
];

describe('what a user may do', () => {
  it('follows from the groups of the user, route by route', async () => {
    await using world = await aWorld();
    for (const [[method, path], allowed] of calls) {
      for (const role of roles) {
        const answer = await world.request(method, path, { admin: 'mia', groups: [role] });
        expect([path, role, answer.status === 403]).toEqual([path, role, !allowed.includes(role)]);
      }
    }
  });

  it('is asked of every route of the admin API, and of no other', async () => {
    await using world = await aWorld();
    const document = (await world.request('GET', '/admin/openapi.json', { admin: true })).json();
    const { paths } = document as { paths: Record<string, Record<string, object>> };
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const isAdmin = path.startsWith('/admin/');
        expect([path, 'x-roles' in operation]).toEqual([path, isAdmin]);
        if (!isAdmin) continue;
        const concrete = path.replaceAll(/\{\w+\}/g, 'none');
        const answer = await world.request(method.toUpperCase(), concrete, {
          admin: 'mia',
          groups: ['visitors'],
        });
        expect([path, answer.status]).toEqual([path, 403]);
      }
    }
  });

  it('is nothing outside the groups, and the refusal says who may and what to do', async () => {
    await using world = await aWorld();
    const nobody = { admin: 'mia', groups: [] };
    const approval = '/admin/campaigns/none/approve';
    expect((await world.request('GET', '/admin/segments', nobody)).json()).toMatchObject({
      status: 403,
      detail: expect.stringContaining('You are in no group'),
    });
    const marketer = { admin: 'mia', groups: ['marketer', 'analyst'] };
    expect((await world.request('POST', approval, marketer)).json()).toMatchObject({
      status: 403,
      detail:
        'You are analyst and marketer, and this is for approver or admin: ask an admin for the group.',
    });
  });

  it('is told before the request is read, so that who may not ask learns nothing', async () => {
    await using world = await aWorld();
    const analyst = { admin: 'mia', groups: ['analyst'], body: '{ "not": json' };
    expect((await world.request('PUT', '/admin/segments/x', analyst)).status).toBe(403);
    const marketer = { ...analyst, groups: ['marketer'] };
    expect((await world.request('PUT', '/admin/segments/x', marketer)).status).toBe(400);
  });

  it('lets an analyst size a rule without showing people', async () => {
    await using world = await aWorld();
    const body = { rule: { attribute: 'city', exists: true } };
    const preview = async (groups: readonly Role[]) =>
      (
        await world.request('POST', '/admin/segments/preview', { admin: 'mia', groups, body })
      ).json();
    expect(await preview(['marketer'])).toHaveProperty('sample');
    expect(await preview(['analyst'])).not.toHaveProperty('sample');
    expect(await preview(['analyst'])).toHaveProperty('size');
  });

  it('is that of an access token: an ID token, which websites read, is none', async () => {
    await using world = await aWorld();
    const asked = async (use: string) => {
      const request = asHttpRequest('GET', '/admin/segments', {}, undefined);
      const claims = { sub: 'mia', token_use: use, 'cognito:groups': '[admin]' };
      const about = { requestId: 'r-1', nowMs: world.clock.now() };
      const event = httpEvent(request, about, { jwt: { claims, scopes: null } });
      return httpAnswer(await world.invoke('functions/http/admin.ts', event)).status;
    };
    expect(await asked('access')).toBe(200);
    expect(await asked('id')).toBe(401);
  });

  it('is what the local world gives a token of another person', async () => {
    await using world = await aWorld();
    const headers = { authorization: `Bearer ${world.adminToken}` };
    const body = { name: 'mia', roles: ['analyst'] };
    const made = await world.request('POST', '/local/token', { body, headers });
    const { token } = made.json() as { token: string };
    const asked = { headers: { authorization: `Bearer ${token}` } };
    expect((await world.request('GET', '/admin/segments', asked)).status).toBe(200);
    expect((await world.request('GET', '/admin/quarantine', asked)).status).toBe(403);
  });
});
