import { describe, expect, it } from 'vitest';
import { adminRoutes } from '../../functions/http/admin-routes.ts';
import { publicRoutes } from '../../functions/http/public-routes.ts';
import type { Route } from '../../shared/runtime/http/route.ts';
import { allRoutes } from '../../shared/runtime/http/route-groups.ts';

/** Who may call what; a route that comes anew has to be put here by somebody who has thought of it. */
const adminCalls = {
  'see-numbers': `
    GET /admin/campaigns, GET /admin/campaigns/{id}, GET /admin/campaigns/{id}/report,
    GET /admin/campaigns/{id}/runs, POST /admin/campaigns/{id}/preflight,
    GET /admin/runs/{id}/verify,
    GET /admin/computed, GET /admin/computed/{id},
    GET /admin/lists, GET /admin/lists/{id},
    GET /admin/openapi.json,
    GET /admin/rfm,
    GET /admin/segments, GET /admin/segments/{id}, GET /admin/segments/{id}/history,
    POST /admin/segments/preview,
    GET /admin/sending-policy,
    GET /admin/sources, GET /admin/sources/{id},
    GET /admin/templates, GET /admin/templates/{id}, GET /admin/templates/{id}/versions,
    GET /admin/templates/{id}/versions/{version},
    GET /admin/topics, GET /admin/topics/{id}`,
  'see-people': `
    GET /admin/explain,
    GET /admin/lists/{id}/members,
    GET /admin/messages/{id},
    GET /admin/profiles, GET /admin/profiles/{id}, GET /admin/profiles/{id}/timeline,
    GET /admin/runs/{id}/messages,
    GET /admin/segments/{id}/explain, GET /admin/segments/{id}/members,
    GET /admin/suppressions,
    POST /admin/templates/{id}/preview`,
  market: `
    PUT /admin/campaigns/{id}, POST /admin/campaigns/{id}/launch, POST /admin/campaigns/{id}/resume,
    POST /admin/campaigns/{id}/cancel,
    PUT /admin/computed/{id}, DELETE /admin/computed/{id},
    PUT /admin/lists/{id}, DELETE /admin/lists/{id}, POST /admin/lists/{id}/members,
    POST /admin/lists/{id}/members/remove,
    PUT /admin/rfm, DELETE /admin/rfm,
    PUT /admin/segments/{id}, DELETE /admin/segments/{id},
    PUT /admin/templates/{id}, POST /admin/templates/{id}/test,
    PUT /admin/topics/{id},
    GET /admin/webhooks, GET /admin/webhooks/{id}`,
  pause: 'POST /admin/campaigns/{id}/pause',
  approve: 'POST /admin/campaigns/{id}/approve',
  administer: `
    GET /admin/quarantine, POST /admin/quarantine/{id}/replay,
    PUT /admin/sending-policy,
    PUT /admin/sources/{id}, POST /admin/sources/{id}/keys, DELETE /admin/sources/{id}/keys/{key},
    PUT /admin/webhooks/{id}, DELETE /admin/webhooks/{id}, POST /admin/webhooks/{id}/keys`,
};

const listed = (calls: string): readonly string[] => calls.trim().split(/,\s+/).toSorted();

function byWhoMayCall(routes: readonly Route[]): Readonly<Record<string, readonly string[]>> {
  const calls: Record<string, string[]> = {};
  for (const { auth, method, path } of routes) (calls[auth] ??= []).push(`${method} ${path}`);
  return Object.fromEntries(Object.entries(calls).map(([auth, each]) => [auth, each.toSorted()]));
}

describe('every route', () => {
  it('of the admin API asks for the permission that is written down for it', async () => {
    const expected = Object.entries(adminCalls).map(([may, calls]) => [may, listed(calls)]);
    expect(byWhoMayCall(await allRoutes(adminRoutes))).toEqual(Object.fromEntries(expected));
  });

  it('of the public API asks for a write key, but for links in messages and the health', () => {
    const { none = [], ...others } = byWhoMayCall(publicRoutes);
    expect(Object.keys(others)).toEqual(['write-key']);
    expect(others['write-key']?.filter((call) => !call.startsWith('POST /v1/'))).toEqual([]);
    expect(none.filter((call) => !/ \/(u|l)\/\{token\}$| \/health$/.test(call))).toEqual([]);
  });
});
