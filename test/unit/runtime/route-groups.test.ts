import { describe, expect, it } from 'vitest';
import { adminRoutes } from '../../../functions/http/admin-routes.ts';
import { allRoutes, routesByWord } from '../../../shared/runtime/http/route-groups.ts';

describe('the routes of the admin API', () => {
  it.each(Object.keys(adminRoutes))('are found under the word of their path: %s', async (word) => {
    const { [word]: group = [] } = adminRoutes;
    const routes = await Promise.all(group.map((load) => load()));
    expect(routes.map(({ path }) => path.split('/').slice(0, 3).join('/'))).toEqual(
      routes.map(() => `/admin/${word}`),
    );
  });

  it('each have their own method and path', async () => {
    const names = (await allRoutes(adminRoutes)).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are none for a word that no path begins with, be it one that every object knows', async () => {
    const routesFor = routesByWord('/admin/', adminRoutes);
    for (const path of ['/admin/nothing', '/admin/', '/admin', '/v1/leads', '/admin/constructor']) {
      expect(await routesFor(path), path).toEqual([]);
    }
    expect(await routesFor('/admin/topics/news')).toHaveLength(3);
  });
});
